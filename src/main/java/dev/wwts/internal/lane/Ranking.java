package dev.wwts.internal.lane;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
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

  /**
   * This, if its best classes' confidences are finite.
   *
   * @throws ModelException if one is not
   */
  Ranking finite(Bundle bundle) {
    for (Row row : rows) {
      if (!Float.isFinite(row.confidence(0))) {
        throw new ModelException(
            Reason.BAD_OUTPUT,
            bundle.path()
                + ": the network's output is not finite: its weights or its precision are unfit.");
      }
    }
    return this;
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
