package dev.wwts.internal.swap;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a model file that has come: one place, or the newest of a folder. Whoever writes it may
 * not have ended, so it is told of only when it is found unchanged a second time.
 */
public final class NewestFile {
  private static final Comparator<State> BY_AGE =
      Comparator.comparing(State::changed).thenComparing(State::file);

  private final Path place;
  private @Nullable State seen;
  private @Nullable State told;

  /**
   * Makes one.
   *
   * @param place a file or a folder, which need not be there yet
   */
  public NewestFile(Path place) {
    this.place = place;
  }

  /** What tells whether a file is still the same: also renaming another one over it does. */
  private record State(Path file, long size, FileTime changed, String key) {
    static Optional<State> of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.isRegularFile()
            ? Optional.of(
                new State(file, now.size(), now.lastModifiedTime(), String.valueOf(now.fileKey())))
            : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  /** The file, once for each time that another one is there and has come to rest. */
  public Optional<Path> look() {
    Optional<State> now = newest();
    Optional<State> settled = now.filter(state -> state.equals(seen) && !state.equals(told));
    seen = now.orElse(null);
    told = settled.orElse(told);
    return settled.map(State::file);
  }

  private Optional<State> newest() {
    if (!Files.isDirectory(place)) {
      return State.of(place);
    }
    State newest = null;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place, NewestFile::isModel)) {
      for (Path file : files) {
        State state = State.of(file).orElse(null);
        if (state != null && (newest == null || BY_AGE.compare(state, newest) > 0)) {
          newest = state;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty();
    }
    return Optional.ofNullable(newest);
  }

  private static boolean isModel(Path file) {
    String name = String.valueOf(file.getFileName());
    return !name.startsWith(".") && (name.endsWith(".pt") || name.endsWith(".pt2"));
  }
}
