package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Made;
import dev.wwts.internal.model.PickleValues.Tuple;
import dev.wwts.internal.model.script.Types;

/**
 * Walks the pickles that LibTorch reads from an archive, with the records of tensors that they
 * refer to.
 */
final class Pickles {
  /** ResNeSt-101's has 200 KB. */
  private static final long MOST_BYTES = 8 << 20;

  /** Several tensors may share one record, and LibTorch reads it once for each. */
  private static final long FREE_BYTES = 1L << 26;

  private static final long MOST_RATIO = 4;
  private final Archive archive;
  private final Types types;
  private long bytesLeft;

  private Pickles(Archive archive, long fileBytes, Types types) {
    this.archive = archive;
    this.types = types;
    this.bytesLeft = FREE_BYTES + MOST_RATIO * fileBytes;
  }

  /**
   * Checks all.
   *
   * @param types what the archive's code declares
   * @throws ModelException if one is not as TorchScript writes it
   */
  static void check(Archive archive, long fileBytes, Types types) {
    new Pickles(archive, fileBytes, types).check();
  }

  private void check() {
    for (String name : Archive.PICKLES) {
      byte[] pickle = archive.bytes(name, MOST_BYTES).orElseThrow();
      String folder = name.substring(0, name.indexOf('.')) + "/";
      try {
        Object root =
            new PickleWalk(pickle, new PickleCalls(this, new ObjectRules(types), folder)).run();
        boolean isModule = name.startsWith("data");
        if (isModule ? !(root instanceof Made) : !(root instanceof Tuple)) {
          throw new BadPickle("holds no " + (isModule ? "module" : "tuple of constants"));
        }
      } catch (BadPickle e) {
        throw archive.corrupt("its " + name + " " + e.getMessage(), e);
      }
    }
  }

  /** The record of a tensor, as long as the pickle says. */
  void requireRecord(String name, long bytes) throws BadPickle {
    long there = archive.size(name).orElse(bytes == 0 ? 0 : -1);
    if (there != bytes) {
      throw new BadPickle(
          there < 0
              ? "needs %s, which is missing".formatted(ZipDirectory.shown(name))
              : "says that %s has %,d bytes, not %,d"
                  .formatted(ZipDirectory.shown(name), bytes, there));
    }
    bytesLeft -= bytes;
    if (bytesLeft < 0) {
      throw new BadPickle("reads the same weights over and over");
    }
  }
}
