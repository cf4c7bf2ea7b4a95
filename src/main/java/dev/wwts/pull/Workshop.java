package dev.wwts.pull;

import dev.wwts.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Where models are made before they get their names: one process at a time, in a folder of its own,
 * tested, and put into their place by one renaming.
 *
 * @param folder the models
 * @param listener is told where another process is waited for
 */
record Workshop(ModelFolder folder, PullListener listener) {
  /** Makes a model. */
  @FunctionalInterface
  interface Work {
    /**
     * Writes {@code out}.
     *
     * @param making a folder that goes with all that is in it
     */
    void make(Path making, Path out) throws IOException;
  }

  /**
   * Makes the model of that name, unless it is here.
   *
   * @return whether anything had to be done
   * @throws ModelException if it can't be had; what is in the folder stays as it was
   */
  boolean make(String name, BooleanSupplier isHere, Work work, ModelCheck check) {
    if (isHere.getAsBoolean()) {
      // before anything is written: the folder may be somebody else's
      return false;
    }
    folder.create();
    FileChannel lock =
        folder.lock(name, () -> listener.say("Another wwts pulls " + name + "; waiting for it."));
    try {
      if (isHere.getAsBoolean()) {
        return false;
      }
      makeAlone(name, work, check);
      return true;
    } catch (IOException e) {
      throw Failures.unwritable(folder.folder(), e);
    } finally {
      release(lock);
    }
  }

  private void makeAlone(String name, Work work, ModelCheck check) throws IOException {
    // a folder, so that all goes that a process which was killed has left of its making
    Path making = folder.hidden(name + ".new");
    removeAll(making);
    Files.createDirectory(making);
    try {
      Path made = making.resolve(name + ".pt");
      work.make(making, made);
      check.require(made);
      folder.publish(made, name);
    } finally {
      removeAll(making);
    }
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
}
