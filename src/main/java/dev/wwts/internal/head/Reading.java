package dev.wwts.internal.head;

/**
 * What a readout gave for one picture: numbers, each with the column of the readout's range that it
 * comes from.
 */
public final class Reading {
  private static final long[] AS_THEY_STAND = {};

  private final long[] columns;
  private final float[] values;

  private Reading(long[] columns, float[] values) {
    this.columns = columns;
    this.values = values;
  }

  /** Of {@link Readout.Best}; takes both arrays over, which are equally long. */
  public static Reading best(long[] columns, float[] values) {
    return new Reading(columns, values);
  }

  /** Of {@link Readout.Every}; takes the array over. */
  public static Reading every(float[] values) {
    return new Reading(AS_THEY_STAND, values);
  }

  /** How many numbers. */
  public int size() {
    return values.length;
  }

  /** The column of the number at {@code index}, both from 0. */
  public int column(int index) {
    return columns.length == 0 ? index : (int) columns[index];
  }

  /** The number at {@code index}. */
  public float value(int index) {
    return values[index];
  }

  /** Whether what decides is finite: the best of a ranking, every number of a row. */
  boolean isFinite() {
    int deciding = columns.length == 0 ? values.length : 1;
    for (int i = 0; i < deciding; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }
}
