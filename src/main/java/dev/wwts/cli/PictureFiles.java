package dev.wwts.cli;

import dev.wwts.PictureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** The pictures that commands are given, and the bar that shows how many are done. */
final class PictureFiles {
  /** What commands that take pictures call them. */
  static final String INPUTS = "PICTURE|FOLDER";

  static final String DESCRIPTION =
      "Pictures, or folders whose .jpg .png .webp .gif .bmp files are taken.";

  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "jfif", "png", "webp", "gif", "bmp");

  private PictureFiles() {}

  /**
   * A file itself, of a folder its pictures in their order.
   *
   * @throws PictureException if a folder can't be listed
   */
  static List<Path> expand(Path input) {
    return Files.isDirectory(input) ? list(input, PictureFiles::isPicture) : List.of(input);
  }

  /** A folder's folders, in their order. */
  static List<Path> folders(Path folder) {
    return list(folder, Files::isDirectory);
  }

  /** Refuses a file to write whose folder is not there, or that is the model. */
  static void requireOut(Path out, Path model) {
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          FileNames.text(out) + " can't be written: its folder is not there, make it first.");
    }
    try {
      if (Files.exists(out) && Files.isSameFile(out, model)) {
        throw new IllegalArgumentException(
            FileNames.text(out) + " is the model itself: give --out another name.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(FileNames.text(out) + " can't be looked at", e);
    }
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(wanted).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
      String why =
          cause instanceof AccessDeniedException ? "check its permissions" : String.valueOf(cause);
      throw new PictureException(
          PictureException.Reason.UNREADABLE,
          "The folder " + folder + " can't be listed: " + why + ".",
          e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(file);
  }

  /** Shown on standard error. */
  static ProgressBar progress(int pictures) {
    return new ProgressBarBuilder()
        .setInitialMax(pictures)
        .setTaskName("wwts")
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }
}
