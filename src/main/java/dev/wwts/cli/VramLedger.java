package dev.wwts.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a device's memory went, in bytes; -1 where unknown or not a thing of this device. On a card
 * weights, activations, workspace and fragmentation add up to what LibTorch reserved; with context
 * and other processes they add up to what the card has in use.
 */
record VramLedger(
    long weights,
    long activations,
    long workspace,
    long fragmentation,
    long context,
    long otherProcesses) {
  /** On a card: {@code peak} is the most in tensors, {@code workspace} of it is cuBLAS's. */
  static VramLedger card(
      long weights, long peak, long workspace, long reserved, long process, long everyone) {
    return new VramLedger(
        weights,
        Math.max(0, peak - weights - workspace),
        workspace,
        Math.max(0, reserved - peak),
        process < 0 ? -1 : Math.max(0, process - reserved),
        process < 0 || everyone < 0 ? -1 : Math.max(0, everyone - process));
  }

  /** On a CPU: growth of the resident memory. */
  static VramLedger resident(long before, long loaded, long peak) {
    return new VramLedger(Math.max(0, loaded - before), Math.max(0, peak - loaded), -1, -1, -1, -1);
  }

  Map<String, Long> lines() {
    Map<String, Long> lines = new LinkedHashMap<>();
    lines.put("weights", weights);
    lines.put("activations", activations);
    lines.put("workspace", workspace);
    lines.put("fragmentation", fragmentation);
    lines.put("context", context);
    lines.put("other processes", otherProcesses);
    return lines;
  }
}
