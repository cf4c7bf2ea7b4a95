package dev.wwts.internal.model;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import dev.wwts.internal.model.PickleValues.Made;
import dev.wwts.internal.model.PickleValues.Nothing;
import dev.wwts.internal.model.PickleValues.Tensor;
import dev.wwts.internal.model.PickleValues.Tuple;
import dev.wwts.internal.model.script.Types;
import dev.wwts.internal.model.script.Types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether objects in a pickle hold what the archive's code declares. */
final class ObjectRules {
  /** Values may be shared, so that a small pickle holds very many. */
  private static final int MOST_COMPARED = 10_000_000;

  private final Types types;
  private int compared;

  ObjectRules(Types types) {
    this.types = types;
  }

  /** Whether the archive's code declares a class of that full name. */
  boolean declares(String name) {
    return types.of(name) != null;
  }

  boolean isEnum(String name) {
    Shape shape = types.of(name);
    return shape != null && shape.base().equals("Enum");
  }

  /** Numbers as they are written, texts in quotes. */
  boolean hasEnumValue(String name, Object value) {
    Shape shape = types.of(name);
    String written =
        value instanceof String text ? "\"" + text + "\"" : value instanceof Long ? "" + value : "";
    return shape != null
        && shape.attributes().values().stream().anyMatch(known -> known.name().equals(written));
  }

  /** What an object of a class is given: its attributes, or what its own method takes. */
  void requireState(String name, Object state) throws BadPickle {
    Shape shape = types.of(name);
    if (shape == null) {
      return;
    }
    if (shape.state() != null) {
      require(fits(shape.state(), state), name, "__setstate__");
      return;
    }
    if (!(state instanceof Box attributes) || !attributes.isDict) {
      throw new BadPickle("has an object of %s without attributes".formatted(name));
    }
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < attributes.items.size(); i += 2) {
      if (attributes.items.get(i) instanceof String key
          && values.put(key, attributes.items.get(i + 1)) != null) {
        throw new BadPickle("has an attribute twice");
      }
    }
    for (Map.Entry<String, Types.Type> attribute : shape.attributes().entrySet()) {
      Object value = values.get(attribute.getKey());
      require(
          value != null && fits(attribute.getValue(), value),
          name,
          "attribute " + attribute.getKey());
    }
  }

  private static void require(boolean fits, String name, String what) throws BadPickle {
    if (!fits) {
      throw new BadPickle("has another %s than %s declares".formatted(what, name));
    }
  }

  /** Whether a value is of a type. */
  boolean fits(Types.Type type, Object value) throws BadPickle {
    if (++compared > MOST_COMPARED) {
      throw new BadPickle("holds more values than can be compared");
    }
    List<Types.Type> parts = type.parts();
    return switch (type.name()) {
      case "Any" -> true;
      case "Tensor" -> value instanceof Tensor || value == Nothing.NONE;
      case "int", "Layout", "MemoryFormat", "ScalarType", "QScheme" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "bool" -> value instanceof Boolean;
      case "str" -> value instanceof String;
      case "complex", "Device" -> value instanceof Made made && made.of().equals(type.name());
      case "number" -> value instanceof Long || value instanceof Double;
      case "NoneType" -> value == Nothing.NONE;
      case "Optional" -> parts.size() == 1 && (value == Nothing.NONE || fits(parts.get(0), value));
      case "Union" -> any(parts, value);
      case "List" ->
          parts.size() == 1
              && value instanceof Box list
              && !list.isDict
              && every(parts, list.items);
      case "Dict" ->
          parts.size() == 2 && value instanceof Box dict && dict.isDict && every(parts, dict.items);
      case "Tuple" ->
          value instanceof Tuple tuple
              && tuple.items().size() == parts.size()
              && every(parts, tuple.items());
      default -> parts.isEmpty() && isObject(type.name(), value);
    };
  }

  /** Of a class; a named tuple is written as a plain one. */
  private boolean isObject(String name, Object value) throws BadPickle {
    Shape shape = types.of(name);
    if (shape != null && shape.base().equals("NamedTuple")) {
      List<Types.Type> fields = List.copyOf(shape.attributes().values());
      return value instanceof Tuple tuple
          && tuple.items().size() == fields.size()
          && every(fields, tuple.items());
    }
    return value instanceof Made made
        && (made.of().equals(name)
            || (shape != null
                && shape.base().endsWith("Interface")
                && types.isImplementedBy(name, made.of())));
  }

  private boolean any(List<Types.Type> parts, Object value) throws BadPickle {
    for (Types.Type part : parts) {
      if (fits(part, value)) {
        return true;
      }
    }
    return false;
  }

  /** Types in turn: one for a list's items, two for keys and values, one each for a tuple's. */
  private boolean every(List<Types.Type> parts, List<Object> items) throws BadPickle {
    for (int i = 0; i < items.size(); i++) {
      if (!fits(parts.get(i % parts.size()), items.get(i))) {
        return false;
      }
    }
    return true;
  }
}
