package dev.wwts.internal.gallery;

import java.util.BitSet;

/**
 * What a reader may see of a block, never changed.
 *
 * @param rows how many of its rows are written
 * @param gone those that were removed since
 */
record Segment(Block block, int rows, BitSet gone) {
  static Segment of(Block block) {
    return new Segment(block, block.filled(), new BitSet());
  }

  int live() {
    return rows - gone.cardinality();
  }

  boolean isLive(int row) {
    return !gone.get(row);
  }

  Segment grown() {
    return new Segment(block, block.filled(), gone);
  }

  Segment without(int row) {
    BitSet more = (BitSet) gone.clone();
    more.set(row);
    return new Segment(block, rows, more);
  }
}
