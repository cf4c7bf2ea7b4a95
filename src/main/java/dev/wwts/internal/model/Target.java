package dev.wwts.internal.model;

import dev.wwts.Device;
import java.util.List;

/**
 * What a compiled network was compiled for, as its manifest says: it runs nowhere else.
 *
 * @param torch the version of torch that compiled it
 * @param platform the operating system and processor, such as linux-x86_64
 * @param device the processor or a card
 * @param capability of the card, such as 9.0; empty for the processor
 * @param cpuFeatures instructions that the code uses, as Linux calls them
 * @param leastBatch the fewest pictures of one forward, from 1
 * @param mostBatch the most pictures of one forward
 */
public record Target(
    String torch,
    String platform,
    Device.Kind device,
    String capability,
    List<String> cpuFeatures,
    int leastBatch,
    int mostBatch) {
  /** Copies the list. */
  public Target {
    cpuFeatures = List.copyOf(cpuFeatures);
  }
}
