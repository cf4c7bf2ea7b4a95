package dev.wwts.convert;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A self-test as it stands in a model file.
 *
 * @param pictures encoded
 * @param logits a row a picture
 * @param reference what computed the logits
 * @param tolerance how far others may be from them, relative to the largest
 */
record SelfTestEntries(
    List<byte[]> pictures, List<float[]> logits, String reference, double tolerance) {
  /** The logits' entry. */
  static final String LOGITS = "selftest/logits.f32";

  /** Copies the lists. */
  SelfTestEntries {
    pictures = List.copyOf(pictures);
    logits = List.copyOf(logits);
  }

  static String picture(int i) {
    return "selftest/" + i + ".png";
  }

  /** The entries below {@code extra/}. */
  Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      entries.put(picture(i), pictures.get(i));
    }
    int count = logits.stream().mapToInt(row -> row.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    logits.forEach(
        row -> {
          for (float logit : row) {
            bytes.putFloat(logit);
          }
        });
    entries.put(LOGITS, bytes.array());
    return entries;
  }

  /** The entry of the labels. */
  static byte[] labels(List<String> labels) {
    return (String.join("\n", labels) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
