package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;
import static dev.wwts.ModelException.Reason.WRONG_SHA256;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Sha256;
import dev.wwts.pull.CatalogueEntry.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

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

  /** Looks at a finished model before it gets its name. */
  @FunctionalInterface
  public interface Check {
    /**
     * Replays its self-test.
     *
     * @throws ModelException if it does not answer as the reference
     */
    void require(Path model);
  }

  private final ModelFolder folder;
  private final Maker maker;
  private final Patience patience;
  private final PullListener listener;

  Puller(ModelFolder folder, Maker maker, Patience patience, PullListener listener) {
    this.folder = folder;
    this.maker = maker;
    this.patience = patience;
    this.listener = listener;
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
  public boolean pull(CatalogueEntry entry, Sources sources, Check check) {
    if (isHere(entry)) {
      // before anything is written: the folder may be somebody else's
      return false;
    }
    String name = entry.name();
    folder.create();
    FileChannel lock =
        folder.lock(name, () -> listener.say("Another wwts pulls " + name + "; waiting for it."));
    try {
      if (isHere(entry)) {
        return false;
      }
      make(entry, fetched(entry.file(), sources), check);
      return true;
    } catch (IOException e) {
      throw Failures.unwritable(folder.folder(), e);
    } finally {
      release(lock);
    }
  }

  private void make(CatalogueEntry entry, Path source, Check check) throws IOException {
    // a folder, so that all goes that a process which was killed has left of its making
    Path making = folder.hidden(entry.name() + ".new");
    removeAll(making);
    Files.createDirectory(making);
    try {
      Path made = making.resolve(entry.name() + ".pt");
      maker.make(entry, source, made);
      check.require(made);
      folder.publish(made, entry.name());
    } finally {
      removeAll(making);
    }
    Files.deleteIfExists(source);
  }

  private static void removeAll(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void release(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isHere(CatalogueEntry entry) {
    return switch (folder.state(entry)) {
      case CURRENT -> true;
      case ABSENT, OUTDATED -> false;
      case FOREIGN ->
          throw new ModelException(
              UNREADABLE,
              "%s is no model that wwts pull has made, or is damaged: move it away, or name another folder with --models."
                  .formatted(folder.file(entry.name())));
    };
  }

  /** The file, all of it and the right one. */
  private Path fetched(SourceFile file, Sources sources) throws IOException {
    Path whole = folder.hidden(file.name());
    if (Files.exists(whole) && Sha256.of(whole).equals(file.sha256())) {
      return whole;
    }
    Path part = folder.hidden(file.name() + ".part");
    if (sources instanceof Sources.Folder here) {
      copy(here.file(file), file, part);
    } else {
      download(file, ((Sources.Web) sources).of(file), part);
    }
    Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(folder.hidden(file.name() + ".part.etag"));
    return whole;
  }

  /** A copy, so that what was hashed is what is read, whatever becomes of the original. */
  private void copy(Path from, SourceFile file, Path to) {
    if (!Files.isRegularFile(from)) {
      throw new ModelException(
          UNREADABLE, "%s does not exist: --from wants the folder it lies in.".formatted(from));
    }
    try {
      if (Files.size(from) != file.bytes()) {
        throw new ModelException(
            UNREADABLE,
            "%s has %,d bytes, not %,d: it is another file, or not all of it."
                .formatted(from, Files.size(from), file.bytes()));
      }
      try (InputStream in = Files.newInputStream(from)) {
        // not with its permissions: a copy that can't be written is none to go on with
        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw Failures.unwritable(to, e);
    }
    if (!Sha256.of(to).equals(file.sha256())) {
      throw wrong(from.toString(), file, to);
    }
  }

  private void download(SourceFile file, List<URI> addresses, Path part) {
    for (int i = 0; ; i++) {
      URI address = addresses.get(i);
      listener.say(
          "Opening a connection to %s for %s, %,d bytes."
              .formatted(address.getHost(), file.name(), file.bytes()));
      try {
        download(file, address, part);
        return;
      } catch (ModelException e) {
        if (i == addresses.size() - 1) {
          throw e;
        }
        listener.say(String.valueOf(e.getMessage()));
      }
    }
  }

  private void download(SourceFile file, URI address, Path part) {
    Download download = new Download(file, part, patience, listener);
    boolean isOfOnePiece = download.fetch(address);
    if (isRight(part, file)) {
      return;
    }
    if (!isOfOnePiece) {
      listener.say("The parts do not fit together; starting anew.");
      download.discard();
      download.fetch(address);
      if (isRight(part, file)) {
        return;
      }
    }
    throw wrong(address.getHost(), file, part);
  }

  private static boolean isRight(Path part, SourceFile file) {
    return Sha256.of(part).equals(file.sha256());
  }

  private static ModelException wrong(String from, SourceFile file, Path part) {
    String actual = Sha256.of(part);
    try {
      Files.delete(part);
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
    return new ModelException(
        WRONG_SHA256,
        "%s from %s has SHA-256 %s, not %s: it is not the file that the catalogue names, and was removed."
            .formatted(file.name(), from, actual, file.sha256()));
  }
}
