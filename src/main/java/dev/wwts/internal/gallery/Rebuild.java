package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes another model's gallery of one's examples: with their ids, labels and metadata, but without
 * a threshold, which says nothing of other embeddings.
 */
public final class Rebuild {
  private Rebuild() {}

  /**
   * Makes it; it appears when it is whole.
   *
   * @param from the gallery, whichever model's it is
   * @param to a folder without one
   * @param embeddings of an example by the other model; none: it is left out
   * @return those that are left out
   * @throws GalleryException if one of the folders can't be used
   */
  public static List<Example> run(
      Path from, Path to, ModelKey other, Function<Example, Optional<float[]>> embeddings) {
    try (GalleryStore old = open(from);
        FolderLock lock = FolderLock.take(to)) {
      Path file = lock.folder().resolve(GalleryStore.FILE);
      if (Files.exists(file)) {
        throw new IllegalArgumentException(to + " holds a gallery already: name another folder.");
      }
      return write(old, new NewFile(file, new GalleryHeader(other, old.nextId())), embeddings);
    } catch (IOException e) {
      throw new GalleryException(
          Reason.NOT_WRITTEN, "%s was not made: %s".formatted(to, e.getMessage()), e);
    }
  }

  private static GalleryStore open(Path folder) {
    try {
      return GalleryStore.open(folder, LogReader.model(folder.resolve(GalleryStore.FILE)));
    } catch (IOException e) {
      throw new GalleryException(
          Reason.UNREADABLE, "%s holds no gallery: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static List<Example> write(
      GalleryStore old, NewFile made, Function<Example, Optional<float[]>> embeddings)
      throws IOException {
    List<Example> left = new ArrayList<>();
    try (made) {
      for (Example example : old.examples()) {
        embeddings
            .apply(example)
            .ifPresentOrElse(
                it -> made.append(List.of(new Change.Added(example, it))), () -> left.add(example));
      }
      made.finish();
    }
    return left;
  }
}
