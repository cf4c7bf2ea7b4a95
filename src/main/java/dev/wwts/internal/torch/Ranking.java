package dev.wwts.internal.torch;

import java.util.List;

/**
 * The best classes of a batch.
 *
 * @param rows one for each picture
 */
public record Ranking(List<Row> rows) {
  /** Copies the list. */
  public Ranking {
    rows = List.copyOf(rows);
  }

  /** The best classes of one picture, best first. */
  public static final class Row {
    private final long[] indices;
    private final float[] confidences;

    Row(long[] indices, float[] confidences) {
      this.indices = indices;
      this.confidences = confidences;
    }

    /** How many. */
    public int size() {
      return indices.length;
    }

    /** The class at {@code rank}, from 0. */
    public int index(int rank) {
      return (int) indices[rank];
    }

    /** Its confidence. */
    public float confidence(int rank) {
      return confidences[rank];
    }
  }
}
