package dev.wwts.convert;

import dev.wwts.internal.model.SelfTest.Texts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A self-test as it stands in a model file.
 *
 * @param pictures encoded
 * @param logits a row a picture
 * @param embeddings likewise, of length 1; none where the network gives none
 * @param texts what it asks the text tower, where there is one
 * @param reference what computed the logits
 * @param tolerance how far others may be from them, relative to the largest
 */
public record SelfTestEntries(
    List<byte[]> pictures,
    List<float[]> logits,
    List<float[]> embeddings,
    Optional<Texts> texts,
    String reference,
    double tolerance) {
  /** The logits' entry. */
  static final String LOGITS = "selftest/logits.f32";

  /** The embeddings' entry. */
  static final String EMBEDDINGS = "selftest/embeddings.f32";

  /** That of the texts' embeddings. */
  static final String OF_TEXTS = "selftest/text-embeddings.f32";

  /** That of products of pictures and texts. */
  static final String SCORES = "selftest/scores.f32";

  /** Copies the lists. */
  public SelfTestEntries {
    pictures = List.copyOf(pictures);
    logits = List.copyOf(logits);
    embeddings = List.copyOf(embeddings);
  }

  /** One without a text tower. */
  public SelfTestEntries(
      List<byte[]> pictures,
      List<float[]> logits,
      List<float[]> embeddings,
      String reference,
      double tolerance) {
    this(pictures, logits, embeddings, Optional.empty(), reference, tolerance);
  }

  static String picture(int i) {
    return "selftest/" + i + ".png";
  }

  /** The entries below {@code extra/}. */
  public Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      entries.put(picture(i), pictures.get(i));
    }
    entries.put(LOGITS, bytes(logits));
    if (!embeddings.isEmpty()) {
      entries.put(EMBEDDINGS, bytes(embeddings));
    }
    texts.ifPresent(
        asked -> {
          entries.put(OF_TEXTS, bytes(asked.embeddings()));
          entries.put(SCORES, bytes(asked.scores()));
        });
    return entries;
  }

  private static byte[] bytes(List<float[]> rows) {
    int count = rows.stream().mapToInt(row -> row.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  /** The entry of the labels. */
  public static byte[] labels(List<String> labels) {
    return labels.stream()
        .map(label -> label + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }
}
