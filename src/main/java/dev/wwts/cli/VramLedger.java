package dev.wwts.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a device's memory went, in bytes; -1 where unknown or not a thing of this device. On a card
 * weights, activations, workspace, graphs and fragmentation add up to what LibTorch reserved; with
 * context and other processes they add up to what the card has in use.
 *
 * @param activations the most beyond the weights at one time, so those of the largest batch
 * @param graphs what the graphs of the other batches keep for their activations meanwhile: each has
 *     a pool of its own
 * @param fragmentation reserved, and none of these
 */
record VramLedger(
    long weights,
    long activations,
    long workspace,
    long graphs,
    long fragmentation,
    long context,
    long otherProcesses) {
  /** What a card's meters say, in bytes; {@code process} and {@code everyone} -1 where unknown. */
  record Readings(
      long weights,
      long peak,
      long workspace,
      List<Long> graphPools,
      long reserved,
      long process,
      long everyone) {
    Readings {
      graphPools = List.copyOf(graphPools);
    }
  }

  /**
   * On a card. The peak holds the activations of the largest batch, which lie in that batch's graph
   * pool from its capture on; so the largest pool is not counted once more.
   */
  static VramLedger card(Readings r) {
    long largest = r.graphPools().stream().mapToLong(Long::longValue).max().orElse(0);
    long others = r.graphPools().stream().mapToLong(Long::longValue).sum() - largest;
    long beyondPeak = Math.max(0, r.reserved() - r.peak());
    long graphs = Math.min(others, beyondPeak);
    return new VramLedger(
        r.weights(),
        Math.max(0, r.peak() - r.weights() - r.workspace()),
        r.workspace(),
        graphs,
        beyondPeak - graphs,
        r.process() < 0 ? -1 : Math.max(0, r.process() - r.reserved()),
        r.process() < 0 || r.everyone() < 0 ? -1 : Math.max(0, r.everyone() - r.process()));
  }

  /** On a CPU: growth of the resident memory. */
  static VramLedger resident(long before, long loaded, long peak) {
    return new VramLedger(
        Math.max(0, loaded - before), Math.max(0, peak - loaded), -1, -1, -1, -1, -1);
  }

  Map<String, Long> lines() {
    Map<String, Long> lines = new LinkedHashMap<>();
    lines.put("weights", weights);
    lines.put("activations", activations);
    lines.put("workspace", workspace);
    lines.put("graphs", graphs);
    lines.put("fragmentation", fragmentation);
    lines.put("context", context);
    lines.put("other processes", otherProcesses);
    return lines;
  }
}
