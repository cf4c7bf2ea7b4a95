package dev.wwts.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.internal.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The fields of one JSON object, each read as what it must be; an error names the file, the field
 * and what was expected.
 *
 * @param file what messages call the file
 * @param prefix the path to this object, empty or ending in a dot
 * @param node the object
 */
record Fields(String file, String prefix, JsonNode node) {
  private static final int LONGEST = 10_000;

  Fields {
    if (!node.isObject()) {
      throw new ModelException(
          ModelException.Reason.BAD_MANIFEST,
          file + ": the manifest's " + (prefix.isEmpty() ? "root" : prefix) + " is not an object.");
    }
  }

  ModelException bad(String field, String rule) {
    return new ModelException(
        ModelException.Reason.BAD_MANIFEST,
        "%s: the manifest's field %s%s %s.".formatted(file, prefix, field, rule));
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  Fields object(String field) {
    JsonNode child = node.path(field);
    if (!child.isObject()) {
      throw bad(field, "must be an object");
    }
    return new Fields(file, prefix + field + ".", child);
  }

  /** Text on one line. */
  String text(String field, int most) {
    return plain(field, anyText(field), most);
  }

  private String anyText(String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw bad(field, "must be text");
    }
    return value.textValue();
  }

  String textOr(String field, String otherwise) {
    return has(field) ? text(field, LONGEST) : otherwise;
  }

  /** The name of an entry, where it is told. */
  Optional<String> entry(String field) {
    return has(field) ? Optional.of(text(field, 100)) : Optional.empty();
  }

  private String plain(String field, String text, int most) {
    if (text.length() > most || !Printable.isPlain(text)) {
      throw bad(
          field,
          "must have at most " + most + " characters, no control characters, no line breaks");
    }
    return text;
  }

  boolean bool(String field) {
    JsonNode value = node.path(field);
    if (!value.isBoolean()) {
      throw bad(field, "must be true or false");
    }
    return value.booleanValue();
  }

  boolean booleanOr(String field, boolean otherwise) {
    return has(field) ? bool(field) : otherwise;
  }

  int integer(String field, int least, int most) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw bad(field, "must be a whole number from " + least + " to " + most);
    }
    return value.intValue();
  }

  double numberOr(String field, double otherwise, double least, double most) {
    return has(field) ? number(field, least, most) : otherwise;
  }

  double number(String field, double least, double most) {
    JsonNode value = node.path(field);
    if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
      throw bad(field, "must be a number from " + least + " to " + most);
    }
    return value.doubleValue();
  }

  List<Double> numbers(String field) {
    List<Double> values = new ArrayList<>();
    for (JsonNode value : array(field)) {
      if (!value.isNumber()) {
        throw bad(field, "must hold numbers only");
      }
      values.add(value.doubleValue());
    }
    return values;
  }

  List<String> texts(String field) {
    List<String> values = new ArrayList<>();
    for (JsonNode value : array(field)) {
      if (!value.isTextual()) {
        throw bad(field, "must hold texts only");
      }
      values.add(plain(field, value.textValue(), 100));
    }
    return values;
  }

  /** A constant by its name in lower case with hyphens. */
  <E extends Enum<E>> E choice(String field, Class<E> type) {
    String text = anyText(field);
    for (E constant : type.getEnumConstants()) {
      if (spelled(constant).equals(text) || constant.name().equals(text)) {
        return constant;
      }
    }
    throw bad(
        field,
        "must be one of "
            + Arrays.stream(type.getEnumConstants())
                .map(Fields::spelled)
                .collect(Collectors.joining(", "))
            + ", not '"
            + Printable.line(text, 40)
            + "'");
  }

  private JsonNode array(String field) {
    JsonNode value = node.path(field);
    if (!value.isArray()) {
      throw bad(field, "must be a list");
    }
    return value;
  }

  private static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
