package dev.wwts.pull;

import dev.wwts.ModelException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes a model of the catalogue: brings its file, holds it against its digest before anything
 * reads it, converts it, lets the result be tested, and only then puts it under its name.
 */
public final class Puller {
  /** Makes a model of a file that was fetched. */
  @FunctionalInterface
  interface Maker {
    /** Writes {@code out}, a model with manifest, labels and self-test. */
    void make(CatalogueEntry entry, Path source, Path out);
  }

  private final ModelFolder folder;
  private final Maker maker;
  private final FileFetch fetch;
  private final Workshop workshop;

  Puller(ModelFolder folder, Maker maker, Patience patience, PullListener listener) {
    this.folder = folder;
    this.maker = maker;
    this.fetch = new FileFetch(Client.ofCatalogue(patience), listener);
    this.workshop = new Workshop(folder, listener);
  }

  /** One that puts models into that folder. */
  public static Puller into(ModelFolder folder, PullListener listener) {
    return new Puller(folder, TfliteMaker::make, Patience.DEFAULT, listener);
  }

  /**
   * Pulls a model, unless it is here.
   *
   * @return whether anything had to be done
   * @throws ModelException if it can't be had; what is in the folder stays as it was
   */
  public boolean pull(CatalogueEntry entry, Sources sources, ModelCheck check) {
    Path source = folder.hidden(entry.file().name());
    boolean isNew =
        workshop.make(
            entry.name(),
            () -> folder.isHere(entry.name(), bundle -> entry.made(bundle.manifest())),
            (making, out) -> {
              fetch(entry, sources, source);
              maker.make(entry, source, out);
            },
            check);
    if (isNew) {
      folder.forget(source);
    }
    return isNew;
  }

  private void fetch(CatalogueEntry entry, Sources sources, Path to) throws IOException {
    PinnedFile file = entry.file().pinned();
    if (sources instanceof Sources.Folder here) {
      fetch.copy(file, here.file(entry.file()), to);
    } else {
      fetch.download(file, ((Sources.Web) sources).of(entry.file()), to);
    }
  }
}
