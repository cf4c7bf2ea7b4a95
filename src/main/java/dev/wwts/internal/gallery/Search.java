package dev.wwts.internal.gallery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Exact search in two passes. The fast one reads 16-bit codes and knows how wrong each product can
 * be ({@link Codes#bound}): whose upper bound does not reach the k-th best lower bound can't be
 * among the k nearest. The others' products are computed in doubles, the most promising first,
 * until no upper bound reaches the k-th best.
 */
final class Search {
  private record Candidate(Block block, int row, double upper) {}

  private final Query query;
  private final double bound;
  private final int most;
  private final Predicate<Example> wanted;
  private final List<Candidate> candidates = new ArrayList<>();

  /** The best lower bounds, as many as neighbours are asked for, the worst of them first. */
  private final PriorityQueue<Double> lowers = new PriorityQueue<>();

  private Search(float[] embedding, int most, Predicate<Example> wanted) {
    query = new Query(embedding);
    bound = Codes.bound(embedding.length);
    this.most = most;
    this.wanted = wanted;
  }

  /** The nearest of those that are wanted, in the order of {@link Neighbour#NEAREST_FIRST}. */
  static List<Neighbour> nearest(
      Snapshot snapshot, float[] embedding, int most, Predicate<Example> wanted) {
    Search search = new Search(embedding, most, wanted);
    int[] sums = new int[Block.MOST];
    for (Segment segment : snapshot.segments()) {
      search.scan(segment, sums);
    }
    return search.rank();
  }

  /** All that are wanted and at least so similar, in no order. */
  static List<Neighbour> within(
      Snapshot snapshot, float[] embedding, double similarity, Predicate<Example> wanted) {
    Query query = new Query(embedding);
    int least = Codes.sum(similarity - Codes.bound(embedding.length));
    int[] sums = new int[Block.MOST];
    List<Neighbour> found = new ArrayList<>();
    for (Segment segment : snapshot.segments()) {
      Block block = segment.block();
      block.codes.sums(query, segment.rows(), sums);
      for (int row = 0; row < segment.rows(); row++) {
        if (sums[row] >= least && segment.isLive(row) && wanted.test(block.example(row))) {
          double exact = block.similarity(row, embedding);
          if (exact >= similarity) {
            found.add(new Neighbour(block.example(row), exact));
          }
        }
      }
    }
    return found;
  }

  private double reach() {
    return lowers.size() < most ? Double.NEGATIVE_INFINITY : lowers.element();
  }

  private void scan(Segment segment, int[] sums) {
    segment.block().codes.sums(query, segment.rows(), sums);
    int least = least();
    for (int row = 0; row < segment.rows(); row++) {
      if (sums[row] >= least && segment.isLive(row)) {
        consider(segment.block(), row, Codes.similarity(sums[row]));
        least = least();
      }
    }
  }

  /** The least sum of which the upper bound may reach. */
  private int least() {
    return Codes.sum(reach() - bound);
  }

  private void consider(Block block, int row, double similarity) {
    if (similarity + bound >= reach() && wanted.test(block.example(row))) {
      candidates.add(new Candidate(block, row, similarity + bound));
      lowers.add(similarity - bound);
      if (lowers.size() > most) {
        lowers.remove();
      }
    }
  }

  private List<Neighbour> rank() {
    double reach = reach();
    candidates.removeIf(it -> it.upper < reach);
    candidates.sort(Comparator.comparingDouble(Candidate::upper).reversed());
    PriorityQueue<Neighbour> best = new PriorityQueue<>(Neighbour.NEAREST_FIRST.reversed());
    for (Candidate it : candidates) {
      if (best.size() == most && it.upper < best.element().similarity()) {
        break;
      }
      best.add(
          new Neighbour(it.block.example(it.row), it.block.similarity(it.row, query.embedding)));
      if (best.size() > most) {
        best.remove();
      }
    }
    List<Neighbour> nearest = new ArrayList<>(best);
    nearest.sort(Neighbour.NEAREST_FIRST);
    return nearest;
  }
}
