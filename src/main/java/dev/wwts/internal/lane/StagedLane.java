package dev.wwts.internal.lane;

import dev.wwts.internal.head.Readings;
import dev.wwts.internal.image.DecodedPicture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lane's stages, in this order: {@link #begin}, {@link #preprocess} for each slot, {@link
 * #forward}, {@link #read} or {@link #logits()}. Those who serve call {@link #run}; measurements
 * and tests look at one stage.
 */
public abstract class StagedLane implements Lane {
  @Override
  public final @Nullable LaneResult[] run(Pictures pictures) {
    try {
      begin(pictures.size());
      long[] preprocess = new long[pictures.size()];
      int n = fill(pictures, preprocess);
      return n == 0 ? new @Nullable LaneResult[pictures.size()] : results(n, preprocess);
    } finally {
      end();
    }
  }

  private @Nullable LaneResult[] results(int n, long[] preprocess) {
    long began = System.nanoTime();
    forward(n);
    long ran = System.nanoTime();
    List<Readings> readings = read();
    long end = System.nanoTime();
    @Nullable LaneResult[] results = new @Nullable LaneResult[preprocess.length];
    int slot = 0;
    for (int i = 0; i < results.length; i++) {
      if (preprocess[i] >= 0) {
        StageTimes own = times(slot);
        results[i] =
            new LaneResult(
                readings.get(slot),
                own != null ? own : new StageTimes(0, preprocess[i], ran - began, end - ran, 0));
        slot++;
      }
    }
    return results;
  }

  /**
   * Fills the slots with the pictures that are not refused.
   *
   * @param nanos gets what preprocessing took for each; less than 0 for those that are refused
   * @return how many slots
   */
  private int fill(Pictures pictures, long[] nanos) {
    int slot = 0;
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = -1;
      DecodedPicture picture = pictures.take(i);
      if (picture == null) {
        continue;
      }
      long began = System.nanoTime();
      try {
        if (!preprocess(slot, picture)) {
          picture = pictures.takeFromProcessor(i);
          began = System.nanoTime();
          if (picture == null || !preprocess(slot, picture)) {
            continue;
          }
        }
        nanos[i] = System.nanoTime() - began;
        slot++;
      } catch (OutOfMemoryError e) {
        pictures.refuse(i, e);
      }
    }
    return slot;
  }

  @Override
  public final float[][] logits(Pictures pictures) {
    try {
      begin(pictures.size());
      int n = fill(pictures, new long[pictures.size()]);
      if (n == 0) {
        return new float[0][];
      }
      forward(n);
      return logits();
    } finally {
      end();
    }
  }

  /** Makes room for a batch of at most {@code n} pictures, n from 1. */
  public abstract void begin(int n);

  /**
   * Writes the network's input for the picture in {@code slot}, from 0 to n - 1, and closes the
   * picture, now or when its memory is no longer read.
   *
   * @return false if it is a JPEG that the card's decoder refuses: the slot is still empty
   */
  public abstract boolean preprocess(int slot, DecodedPicture picture);

  /**
   * Runs the network on the first {@code n} slots.
   *
   * @throws dev.wwts.ModelException if it fails or its output is not n x columns
   */
  public abstract void forward(int n);

  /**
   * What the engine's readouts read of each picture.
   *
   * @throws dev.wwts.ModelException if what decides is not finite
   */
  public abstract List<Readings> read();

  /** The logits of each picture: n rows of classes values. */
  public abstract float[][] logits();

  /**
   * What the stages took by the device's own clock for the picture in {@code slot}, after {@link
   * #read}; null where a stage is done when its method returns.
   */
  public @Nullable StageTimes times(int slot) {
    return null;
  }

  /** A batch is over, also where it failed: pictures that are still held go back. */
  protected void end() {}
}
