package dev.wwts.bundle;

import java.util.List;

/**
 * Pictures and what the reference pipeline answered to them.
 *
 * @param pictures encoded pictures
 * @param logits one row a picture, classes columns
 * @param reference the software that computed the logits
 */
public record SelfTest(List<byte[]> pictures, List<float[]> logits, String reference) {
  /** Copies the lists. */
  public SelfTest {
    pictures = List.copyOf(pictures);
    logits = List.copyOf(logits);
  }
}
