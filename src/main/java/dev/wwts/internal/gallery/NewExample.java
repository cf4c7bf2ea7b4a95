package dev.wwts.internal.gallery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is to be added to a gallery.
 *
 * @param label what is in the picture: not blank, at most 1,000 characters
 * @param embedding its embedding, of length 1
 * @param metadata what is to be found again with it: keys and values of at most 65,536 characters
 *     altogether
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NewExample(String label, float[] embedding, Map<String, String> metadata) {
  private static final int LONGEST_LABEL = 1000;
  private static final int LONGEST_METADATA = 1 << 16;

  /** Checks the texts; the embedding is checked by the gallery that takes it. */
  public NewExample {
    if (label.isBlank() || label.length() > LONGEST_LABEL) {
      throw new IllegalArgumentException(
          "A label has 1 to %,d characters, not only spaces.".formatted(LONGEST_LABEL));
    }
    embedding = embedding.clone(); // what is checked is what is stored
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    int characters = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      characters += entry.getKey().length() + entry.getValue().length();
    }
    if (characters > LONGEST_METADATA) {
      throw new IllegalArgumentException(
          "An example's metadata have at most %,d characters, not %,d."
              .formatted(LONGEST_METADATA, characters));
    }
  }
}
