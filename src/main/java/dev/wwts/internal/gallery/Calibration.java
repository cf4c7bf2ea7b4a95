package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A threshold, and what a gallery's own examples say of it. Each example is asked twice: with
 * itself left out, as the next picture of its label would be; and with its whole label left out, as
 * a picture of something that is not here.
 *
 * @param threshold the similarity at which {@code recognized} and {@code refused} together are most
 * @param recognized the part of the pictures of known labels that is recognised, and rightly
 * @param refused the part of the pictures of other things that is not recognised
 * @param examples how many were asked
 */
public record Calibration(double threshold, double recognized, double refused, int examples) {
  /** More say no more, and each takes two searches. */
  private static final int MOST = 2000;

  static Calibration of(Snapshot snapshot, Centres centres) {
    List<Double> right = new ArrayList<>();
    List<Double> strangers = new ArrayList<>();
    int[] known = {0};
    int[] seen = {0};
    int step = Math.max(1, (snapshot.size() + MOST - 1) / MOST);
    snapshot.forEach(
        (example, embedding) -> {
          if (seen[0]++ % step != 0) {
            return;
          }
          List<Neighbour> others =
              Search.nearest(snapshot, embedding, 1, it -> !it.label().equals(example.label()));
          others.forEach(it -> strangers.add(it.similarity()));
          List<Neighbour> kin =
              Search.nearest(
                  snapshot,
                  embedding,
                  1,
                  it -> it.label().equals(example.label()) && it.id() != example.id());
          if (!kin.isEmpty()) {
            known[0]++;
            right(snapshot, centres, example, embedding).ifPresent(right::add);
          }
        });
    if (known[0] == 0 || strangers.isEmpty()) {
      throw new GalleryException(
          Reason.TOO_FEW,
          "A threshold can't be chosen from these examples: add a second label, and a second example to one.");
    }
    return best(sorted(right), sorted(strangers), known[0]);
  }

  private static Optional<Double> right(
      Snapshot snapshot, Centres centres, Example example, float[] embedding) {
    List<Neighbour> neighbours =
        Search.nearest(snapshot, embedding, Match.VOTERS, it -> it.id() != example.id());
    String own = example.label();
    return Match.of(
            neighbours,
            label ->
                label.equals(own)
                    ? centres.cosineWithout(label, embedding)
                    : centres.cosine(label, embedding),
            -1)
        .filter(it -> it.label().equals(own))
        .map(Match::similarity);
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().mapToDouble(it -> it).sorted().toArray();
  }

  /** Between two similarities that were seen, as far from both as can be. */
  private static Calibration best(double[] right, double[] strangers, int known) {
    double[] all = Arrays.copyOf(right, right.length + strangers.length);
    System.arraycopy(strangers, 0, all, right.length, strangers.length);
    Arrays.sort(all);
    Calibration best = at(all[0], right, strangers, known);
    for (int i = 1; i < all.length; i++) {
      Calibration next = at((all[i - 1] + all[i]) / 2, right, strangers, known);
      if (next.recognized + next.refused > best.recognized + best.refused) {
        best = next;
      }
    }
    return best;
  }

  private static Calibration at(double threshold, double[] right, double[] strangers, int known) {
    double recognized = (double) (right.length - below(right, threshold)) / known;
    double refused = (double) below(strangers, threshold) / strangers.length;
    return new Calibration(threshold, recognized, refused, strangers.length);
  }

  private static int below(double[] sorted, double threshold) {
    int at = Arrays.binarySearch(sorted, threshold);
    if (at < 0) {
      return -at - 1;
    }
    while (at > 0 && sorted[at - 1] == threshold) {
      at--;
    }
    return at;
  }
}
