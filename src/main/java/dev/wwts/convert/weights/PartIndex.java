package dev.wwts.convert.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Sha256;
import dev.wwts.internal.model.StrictJson;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which of several files holds which tensor, as transformers writes it beside them. */
public final class PartIndex {
  /** Behind the name that the weights would have as one file. */
  public static final String ENDING = ".index.json";

  /** Of a thousand tensors it has 100 KB. */
  private static final int MOST_BYTES = 16 << 20;

  private static final int MOST_PARTS = 100;
  private static final int SHOWN = 60;

  /** A file beside the index, which no index can be. */
  private static final Pattern PART =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,150}\\.(safetensors|bin)");

  private static final JsonMapper JSON = StrictJson.mapper(8);

  private final Map<String, String> parts;

  private PartIndex(Map<String, String> parts) {
    this.parts = parts;
  }

  /**
   * Reads one.
   *
   * @throws ModelException if it can't be read, or is none
   */
  public static PartIndex read(Path index) {
    JsonNode map = json(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw corrupt(index, "it has no weight_map");
    }
    Map<String, String> parts = new LinkedHashMap<>();
    map.properties()
        .forEach(
            entry -> {
              String part = entry.getValue().asText();
              if (!entry.getValue().isTextual() || !PART.matcher(part).matches()) {
                throw corrupt(index, "it names '%s'".formatted(Printable.line(part, SHOWN)));
              }
              parts.put(entry.getKey(), part);
            });
    PartIndex read = new PartIndex(parts);
    if (read.parts().size() > MOST_PARTS) {
      throw corrupt(index, "it names more than %d files".formatted(MOST_PARTS));
    }
    return read;
  }

  private static JsonNode json(Path index) {
    try (InputStream in = Files.newInputStream(index)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw corrupt(index, "it has more than %,d bytes".formatted(MOST_BYTES));
      }
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw (ModelException) corrupt(index, "it is no JSON, or names something twice").initCause(e);
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, index + " can't be read.", e);
    }
  }

  static ModelException corrupt(Path index, String fault) {
    return new ModelException(
        Reason.CORRUPT, "%s is damaged: %s; fetch it again.".formatted(index, fault));
  }

  /** The names of the files. */
  public SortedSet<String> parts() {
    return new TreeSet<>(parts.values());
  }

  /** The name of the file that holds a tensor, by the tensor's. */
  Map<String, String> byTensor() {
    return Collections.unmodifiableMap(parts);
  }

  /** Whether weights of that name are an index of their files. */
  public static boolean isIndex(Path weights) {
    return weights.toString().endsWith(ENDING);
  }

  /**
   * The digest of weights: that of their file, or of what {@code sha256sum} prints of their parts.
   *
   * @throws ModelException if they can't be read
   */
  public static String sha256(Path weights) {
    if (!isIndex(weights)) {
      return Sha256.of(weights);
    }
    SortedMap<String, String> digests = new TreeMap<>();
    for (String part : read(weights).parts()) {
      digests.put(part, Sha256.of(weights.resolveSibling(part)));
    }
    return sha256(digests);
  }

  /** The digest of several files, by their names and digests. */
  public static String sha256(SortedMap<String, String> digests) {
    List<String> lines =
        digests.entrySet().stream().map(it -> it.getValue() + "  " + it.getKey() + "\n").toList();
    return Sha256.of(String.join("", lines).getBytes(StandardCharsets.UTF_8));
  }
}
