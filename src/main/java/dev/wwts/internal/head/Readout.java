package dev.wwts.internal.head;

import dev.wwts.internal.model.Manifest.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What a lane reads from its network's output, on its device, for every picture. The output has a
 * row of columns for each picture; a readout takes a range of them. What stands beside it there, a
 * network's second output, is another range.
 */
public sealed interface Readout {
  /** The first column of its range, from 0. */
  int first();

  /** How many columns, from 1. */
  int columns();

  /** What turns a column's number into what is read. */
  Activation activation();

  /** How many numbers of each picture come back. */
  int size();

  /**
   * The greatest of a range, best first: a NaN before all, then by the output's number, and of
   * equal ones the lower column.
   *
   * @param size how many, from 1 to columns
   */
  record Best(int first, int columns, Activation activation, int size) implements Readout {
    /** Java 17's own for records keeps the class loader of the last one that was compared. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Best best
          && first == best.first
          && columns == best.columns
          && activation == best.activation
          && size == best.size;
    }

    @Override
    public int hashCode() {
      return 31 * (31 * first + columns) + size;
    }
  }

  /** All of a range, as they stand. */
  record Every(int first, int columns, Activation activation) implements Readout {
    @Override
    public int size() {
      return columns;
    }

    /** See {@link Best#equals}. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Every every
          && first == every.first
          && columns == every.columns
          && activation == every.activation;
    }

    @Override
    public int hashCode() {
      return 31 * first + columns;
    }
  }
}
