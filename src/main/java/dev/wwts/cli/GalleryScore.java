package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Gallery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How well a gallery answers pictures whose labels are told: those of labels that it has, and
 * others, of which it ought to know none.
 */
final class GalleryScore {
  private final Set<String> labels;
  private final List<Double> known = new ArrayList<>();
  private final List<Double> foreign = new ArrayList<>();
  private int right;
  private int nearest;
  private int recognized;
  private int refused;

  GalleryScore(Set<String> labels) {
    this.labels = labels;
  }

  void add(String label, Gallery.Match match) {
    double similarity = match.best().map(Gallery.Neighbour::similarity).orElse(-1.0);
    if (!labels.contains(label)) {
      foreign.add(similarity);
      refused += match.result().isEmpty() ? 1 : 0;
      return;
    }
    known.add(similarity);
    if (match.nearest().filter(it -> it.example().label().equals(label)).isPresent()) {
      nearest++;
    }
    if (match.best().filter(it -> it.example().label().equals(label)).isPresent()) {
      right++;
      recognized += match.result().isPresent() ? 1 : 0;
    }
  }

  /**
   * How often a known picture is more similar than a foreign one, ties counted half: the area below
   * the ROC curve.
   */
  private double auroc() {
    double[] strangers = foreign.stream().mapToDouble(it -> it).sorted().toArray();
    double wins = 0;
    for (double it : known) {
      wins += (below(strangers, it) + below(strangers, Math.nextUp(it))) / 2.0;
    }
    return wins / known.size() / strangers.length;
  }

  private static int below(double[] sorted, double limit) {
    int at = Arrays.binarySearch(sorted, limit);
    while (at > 0 && sorted[at - 1] == limit) {
      at--;
    }
    return at < 0 ? -at - 1 : at;
  }

  ObjectNode json() {
    ObjectNode object = Output.object().put("known", known.size()).put("foreign", foreign.size());
    if (!known.isEmpty()) {
      object
          .put("top1", part(right, known))
          .put("nearest", part(nearest, known))
          .put("recognized", part(recognized, known));
    }
    if (!foreign.isEmpty()) {
      object.put("refused", part(refused, foreign));
    }
    if (!known.isEmpty() && !foreign.isEmpty()) {
      object.put("auroc", auroc());
    }
    return object;
  }

  private static double part(int count, List<Double> of) {
    return (double) count / of.size();
  }

  String text() {
    List<String> lines = new ArrayList<>();
    if (!known.isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "[RESULT] 已有标签的 %d 张: top-1 %.1f%%（只看最近的样例: %.1f%%），达到阈值且正确 %.1f%%",
              known.size(),
              100 * part(right, known),
              100 * part(nearest, known),
              100 * part(recognized, known)));
    }
    if (!foreign.isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "[RESULT] 其他标签的 %d 张: 未识别 %.1f%%",
              foreign.size(),
              100 * part(refused, foreign)));
    }
    if (lines.size() > 1) {
      lines.add(String.format(Locale.ROOT, "[RESULT] 区分两者的 AUROC: %.3f", auroc()));
    }
    return String.join(System.lineSeparator(), lines);
  }
}
