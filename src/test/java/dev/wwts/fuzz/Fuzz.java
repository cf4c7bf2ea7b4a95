package dev.wwts.fuzz;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Runs Jazzer on every target, each in a process of its own and for the same part of {@code
 * -Dminutes}. What it found is kept in {@code target/fuzz}; {@code -Dwwts.keep=true} makes the
 * least of it that covers as much the stored corpus.
 */
public final class Fuzz {
  private static final List<Class<?>> TARGETS =
      List.of(PictureTarget.class, ModelTarget.class, CallTarget.class);

  /** A network may take a while: beyond that it hangs. */
  private static final int HANGS_SECONDS = 60;

  private static final int LONGEST_INPUT = 16 << 10;

  private Fuzz() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    double minutes = Double.parseDouble(System.getProperty("minutes", "1"));
    boolean keeps = Boolean.getBoolean("wwts.keep");
    long seconds = Math.max(1, Math.round(minutes * 60 / TARGETS.size()));
    List<String> failed = new ArrayList<>();
    for (Class<?> target : TARGETS) {
      Path folder = Path.of("target", "fuzz", target.getSimpleName());
      Path found = Files.createDirectories(folder.resolve("found"));
      Path seeds = write(target, folder.resolve("seeds"));
      if (run(target, folder, "-max_total_time=" + seconds, found, seeds) != 0) {
        failed.add(target.getSimpleName());
      } else if (keeps) {
        Path least = Files.createDirectories(folder.resolve("least"));
        if (run(target, folder, "-merge=1", least, seeds, found) != 0) {
          failed.add(target.getSimpleName() + ", merging");
        }
        store(least, Path.of("src/test/resources/dev/wwts/fuzz", target.getSimpleName() + ".zip"));
      }
    }
    if (!failed.isEmpty()) {
      System.err.println("FAILED: " + failed + "; the inputs are target/fuzz/TARGET/crash-*");
      System.exit(1);
    }
  }

  private static Path write(Class<?> target, Path folder) throws IOException {
    Files.createDirectories(folder);
    int n = 0;
    for (byte[] seed : Seeds.of(target)) {
      Files.write(folder.resolve("seed-" + n++), seed);
    }
    return folder;
  }

  private static int run(Class<?> target, Path folder, String option, Path... corpora)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.wwts.**",
                "--instrumentation_excludes=dev.wwts.fuzz.**",
                "--custom_hook_includes=dev.wwts.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=" + HANGS_SECONDS,
                "-max_len=" + LONGEST_INPUT,
                "-rss_limit_mb=0",
                "-keep_seed=1",
                "-print_final_stats=1",
                option));
    for (Path corpus : corpora) {
      command.add(corpus.toString());
    }
    System.out.println(target.getSimpleName() + " " + option);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static void store(Path folder, Path zip) throws IOException {
    Files.createDirectories(zip.toAbsolutePath().getParent());
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (Path file : files) {
        ZipEntry entry = new ZipEntry(String.valueOf(file.getFileName()));
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        entries.putNextEntry(entry);
        entries.write(Files.readAllBytes(file));
      }
    }
    System.out.println(files.size() + " inputs in " + zip);
  }
}
