package dev.wwts.convert.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.convert.weights.Skeleton.Resampling;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A record whose numbers follow from a tensor of the checkpoint: what a network would compute of
 * its weights anew on each call, and the exporters compute once (models/exporters/constants.py).
 *
 * @param record its name
 * @param rule how it follows
 * @param names what checkpoints call the tensor, the usual name first
 * @param numbers of {@link Rule#ROWS} and {@link Rule#COLUMNS}: rows of the tensor, whose width is
 *     its last size; of {@link Rule#BICUBIC}: sides before and after, and the width
 * @param shape the tensor's
 */
record Derived(
    String record, Rule rule, List<String> names, List<Integer> numbers, List<Long> shape) {
  enum Rule {
    /** The tensor's numbers. */
    SAME,

    /** Rows of it, one after the other. */
    ROWS,

    /** All first numbers of these rows, then all second ones, and so on. */
    COLUMNS,

    /** Its first row, and the others as a square that is resized. */
    BICUBIC
  }

  static Derived parse(JsonNode node, Map<String, byte[]> entries) {
    List<String> names = new ArrayList<>();
    node.path(2).forEach(name -> names.add(name.asText()));
    List<Integer> numbers = new ArrayList<>();
    JsonNode given = node.path(3);
    if (given.isTextual()) {
      ByteBuffer table = ByteBuffer.wrap(Objects.requireNonNull(entries.get(given.asText())));
      table.order(ByteOrder.LITTLE_ENDIAN);
      while (table.hasRemaining()) {
        numbers.add(Short.toUnsignedInt(table.getShort()));
      }
    } else {
      given.forEach(number -> numbers.add(number.asInt()));
    }
    Rule rule =
        switch (node.path(1).asText()) {
          case "same" -> Rule.SAME;
          case "rows" -> Rule.ROWS;
          case "columns" -> Rule.COLUMNS;
          case "bicubic" -> Rule.BICUBIC;
          default -> throw new IllegalArgumentException("has an unknown rule");
        };
    List<Long> shape = new ArrayList<>();
    node.path(4).forEach(size -> shape.add(size.asLong()));
    return new Derived(node.path(0).asText(), rule, names, numbers, shape);
  }

  /** The record's bytes. */
  byte[] bytes(TensorFile file, String name, Resampling resampling) throws IOException {
    int width = Math.toIntExact(shape.get(shape.size() - 1));
    float[] given = numbers(file, name);
    float[] values =
        switch (rule) {
          case SAME -> given;
          case ROWS -> rows(given, width);
          case COLUMNS -> columns(given, width);
          case BICUBIC -> resized(given, resampling);
        };
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static float[] numbers(TensorFile file, String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Elements(file, name, ElementType.F32).send(bytes::writeBytes);
    float[] numbers = new float[bytes.size() / Float.BYTES];
    ByteBuffer.wrap(bytes.toByteArray())
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(numbers);
    return numbers;
  }

  private float[] rows(float[] table, int width) {
    float[] values = new float[numbers.size() * width];
    for (int i = 0; i < numbers.size(); i++) {
      System.arraycopy(table, numbers.get(i) * width, values, i * width, width);
    }
    return values;
  }

  private float[] columns(float[] table, int width) {
    int count = numbers.size();
    float[] values = new float[count * width];
    for (int i = 0; i < count; i++) {
      for (int column = 0; column < width; column++) {
        values[column * count + i] = table[numbers.get(i) * width + column];
      }
    }
    return values;
  }

  private float[] resized(float[] rows, Resampling resampling) {
    int before = numbers.get(0);
    int after = numbers.get(1);
    int width = numbers.get(2);
    float[] grid = new float[before * before * width];
    System.arraycopy(rows, width, grid, 0, grid.length);
    float[] resized = resampling.bicubic(grid, before, after, width);
    float[] values = new float[width + resized.length];
    System.arraycopy(rows, 0, values, 0, width);
    System.arraycopy(resized, 0, values, width, resized.length);
    return values;
  }
}
