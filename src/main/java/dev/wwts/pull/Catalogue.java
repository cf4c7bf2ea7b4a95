package dev.wwts.pull;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models that can be fetched by name: {@code models/catalogue.json}, with labels and self-tests
 * beside it.
 *
 * @param format 1
 * @param models the entries
 */
public record Catalogue(int format, List<CatalogueEntry> models) {
  /** Copies the list. */
  public Catalogue {
    models = List.copyOf(models);
    if (format != 1
        || models.stream().map(CatalogueEntry::name).distinct().count() < models.size()) {
      throw new IllegalArgumentException("The catalogue has another format, or a name twice.");
    }
  }

  /** The catalogue that comes with this version. */
  public static Catalogue read() {
    return parse(resource("catalogue.json"));
  }

  static Catalogue parse(byte[] json) {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(
                DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return mapper.readValue(json, Catalogue.class);
    } catch (IOException e) {
      throw new IllegalArgumentException("The catalogue can't be read: " + e.getMessage(), e);
    }
  }

  /** The entry of that name. */
  public Optional<CatalogueEntry> find(String name) {
    return models.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /**
   * A label for each class: the Chinese name, or the scientific one where there is no sure Chinese
   * one.
   */
  static List<String> labels(CatalogueEntry entry) {
    return LabelList.read(new String(resource(entry.labels()), StandardCharsets.UTF_8));
  }

  static List<byte[]> pictures(CatalogueEntry entry) {
    return entry.selfTest().pictures().stream().map(Catalogue::resource).toList();
  }

  /** The reference's logits, one row a picture. */
  static List<float[]> logits(CatalogueEntry entry) {
    ByteBuffer raw =
        ByteBuffer.wrap(resource(entry.selfTest().logits())).order(ByteOrder.LITTLE_ENDIAN);
    int classes = entry.shows().classes();
    List<float[]> rows = new ArrayList<>();
    while (raw.remaining() >= classes * Float.BYTES) {
      float[] row = new float[classes];
      raw.asFloatBuffer().get(row);
      raw.position(raw.position() + classes * Float.BYTES);
      rows.add(row);
    }
    return rows;
  }

  private static byte[] resource(String name) {
    try (InputStream in = Catalogue.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("The catalogue's " + name + " can't be read", e);
    }
  }
}
