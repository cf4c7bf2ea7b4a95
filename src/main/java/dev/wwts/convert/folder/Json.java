package dev.wwts.convert.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small JSON files of other people. */
final class Json {
  /** Those with the names of 21,000 classes have 2 MB. */
  private static final int MOST_BYTES = 32 << 20;

  private static final int MOST_DEPTH = 32;
  private static final JsonMapper MAPPER = StrictJson.mapper(MOST_DEPTH);

  private Json() {}

  /**
   * The object that a file holds.
   *
   * @throws ModelException if it can't be read or holds none
   */
  static JsonNode read(Path file) {
    byte[] bytes = bytes(file, MOST_BYTES);
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw new ModelException(
          Reason.CORRUPT, file + " is no JSON, or names something twice: fetch it again.", e);
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
    throw new ModelException(Reason.CORRUPT, file + " holds no JSON object: fetch it again.");
  }

  static byte[] bytes(Path file, int most) {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(Reason.UNREADABLE, file + " is no file, or can't be read.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new ModelException(
            Reason.UNSUPPORTED, "%s has more than %,d bytes.".formatted(file, most));
      }
      return bytes;
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
  }

  /** Whether two values are the same; 1 and 1.0 are, and so are a number and a list of it twice. */
  static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.doubleValue() == other.doubleValue();
    }
    if (one.isArray() != other.isArray() && (one.isNumber() || other.isNumber())) {
      JsonNode list = one.isArray() ? one : other;
      JsonNode number = one.isArray() ? other : one;
      return list.size() == 2 && same(list.get(0), number) && same(list.get(1), number);
    }
    if (one.isArray() && other.isArray() && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        if (!same(one.get(i), other.get(i))) {
          return false;
        }
      }
      return true;
    }
    return one.equals(other) || (isNothing(one) && isNothing(other));
  }

  static boolean isNothing(JsonNode node) {
    return node.isNull() || node.isMissingNode();
  }

  /** The elements of an array. */
  static List<JsonNode> list(JsonNode array) {
    List<JsonNode> list = new ArrayList<>();
    array.forEach(list::add);
    return list;
  }
}
