package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Bundle;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of models that have names: {@code NAME.pt}. What is not finished lies in files whose
 * names begin with a dot, and becomes {@code NAME.pt} by one renaming.
 *
 * @param folder where
 */
public record ModelFolder(Path folder) {
  private static final String ENDING = ".pt";

  /** What the manifest of a pulled model says of its source. */
  private static final Pattern PULLED = Pattern.compile("https?://\\S+ \\(SHA-256 [0-9a-f]{64}\\)");

  /** As Debian writes it; nothing is there, and it can't be made by a user. */
  private static final Path NO_HOME = Path.of("/nonexistent");

  /** What a file of that name in the folder is to an entry of the catalogue. */
  public enum State {
    /** There is none. */
    ABSENT,
    /** Made of the same file by the same version. */
    CURRENT,
    /** Made by another version, or of another file. */
    OUTDATED,
    /** Nothing that was made here, or damaged. */
    FOREIGN
  }

  /**
   * The folder that is meant: the one given, else {@code WWTS_MODELS}, else {@code wwts/models} in
   * the user's data, {@code XDG_DATA_HOME} or {@code ~/.local/share}.
   *
   * @throws ModelException if {@code WWTS_MODELS} is no path in this locale
   */
  public static ModelFolder of(@Nullable Path given) {
    return given == null
        ? of(System.getenv(), System.getProperty("user.home", ""))
        : new ModelFolder(given);
  }

  static ModelFolder of(Map<String, String> environment, String userHome) {
    String named = environment.getOrDefault("WWTS_MODELS", "");
    if (!named.isEmpty()) {
      return new ModelFolder(
          path(named)
              .orElseThrow(
                  () ->
                      new ModelException(
                          UNREADABLE,
                          "WWTS_MODELS is no path in this locale: set LC_ALL=C.UTF-8.")));
    }
    Path home =
        absolute(environment.getOrDefault("HOME", "")).or(() -> absolute(userHome)).orElse(NO_HOME);
    Path data =
        absolute(environment.getOrDefault("XDG_DATA_HOME", ""))
            .orElse(home.resolve(".local").resolve("share"));
    return new ModelFolder(data.resolve("wwts").resolve("models"));
  }

  /** A relative home is none, as XDG says of its folders; Java says "?" where it knows none. */
  private static Optional<Path> absolute(String text) {
    return path(text).filter(Path::isAbsolute);
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether a model can be called that; such a text is no path. */
  public static boolean isName(String text) {
    return HubModel.ifAny(text).isPresent() || isFileName(text);
  }

  private static boolean isFileName(String text) {
    return CatalogueEntry.isName(text) || HubModel.isFileName(text);
  }

  /** Where the model of that name is or would be. */
  public Path file(String name) {
    return folder.resolve(name + ENDING);
  }

  /** The model of that name, if {@code text} is a name and the model is here. */
  public Optional<Path> find(String text) {
    String name = HubModel.ifAny(text).map(HubModel::fileName).orElse(text);
    return Optional.of(name)
        .filter(ModelFolder::isFileName)
        .map(this::file)
        .filter(Files::isRegularFile);
  }

  /** The names of the models that are here. */
  public List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ENDING))
          .map(name -> name.substring(0, name.length() - ENDING.length()))
          .filter(ModelFolder::isFileName)
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What the file of that entry's name is. */
  public State state(CatalogueEntry entry) {
    return state(entry.name(), bundle -> entry.made(bundle.manifest()));
  }

  /**
   * What the file of that name is.
   *
   * @param isCurrent whether what was pulled is what would be made now
   */
  State state(String name, Predicate<Bundle> isCurrent) {
    Path file = file(name);
    if (!Files.exists(file)) {
      return State.ABSENT;
    }
    try {
      Bundle bundle = Bundle.describe(file);
      if (!PULLED.matcher(bundle.manifest().source()).matches()) {
        return State.FOREIGN;
      }
      return isCurrent.test(bundle) ? State.CURRENT : State.OUTDATED;
    } catch (ModelException e) {
      return State.FOREIGN;
    }
  }

  /**
   * Whether the model of that name need not be made.
   *
   * @throws ModelException if a file is in the way that pull has not made
   */
  boolean isHere(String name, Predicate<Bundle> isCurrent) {
    return switch (state(name, isCurrent)) {
      case CURRENT -> true;
      case ABSENT, OUTDATED -> false;
      case FOREIGN ->
          throw new ModelException(
              UNREADABLE,
              "%s is no model that wwts pull has made, or is damaged: move it away, or name another folder with --models."
                  .formatted(file(name)));
    };
  }

  void create() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ModelException(
          UNREADABLE,
          "The folder of models %s can't be made (%s): name another with --models or WWTS_MODELS."
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /** A file beside the models for what is not finished. */
  Path hidden(String name) {
    return folder.resolve("." + name);
  }

  /** Removes what was fetched and is not needed any more. */
  void forget(Path hidden) {
    try {
      Files.deleteIfExists(hidden);
    } catch (IOException e) {
      throw Failures.unwritable(hidden, e);
    }
  }

  /** Puts a finished file in its place at once: whoever reads sees the old one or the new one. */
  void publish(Path finished, String name) {
    try {
      try {
        Files.move(
            finished,
            file(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(finished, file(name), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new ModelException(
          UNREADABLE, file(name) + " can't be written: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Keeps other processes from pulling the same model until it is closed; waits for one that does.
   * The file stays: were it removed, two could hold two files of that name.
   *
   * @param waiting called once if somebody else is at it
   */
  FileChannel lock(String name, Runnable waiting) {
    Path file = hidden(name + ".lock");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          waiting.run();
          channel.lock();
        }
        return channel;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (OverlappingFileLockException e) {
      throw new ModelException(UNREADABLE, "This process is pulling " + name + " already.", e);
    } catch (IOException e) {
      throw new ModelException(
          UNREADABLE,
          "%s can't be written or locked (%s): name another folder with --models or WWTS_MODELS."
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
