package dev.wwts.convert.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes checkpoints as torch.save does: a pickle of protocol 2, and a record for each storage. */
final class PickledTensors {
  private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
  private final Map<String, byte[]> records = new LinkedHashMap<>();

  PickledTensors() {
    raw(0x80, 2);
  }

  PickledTensors raw(int... bytes) {
    for (int each : bytes) {
      pickle.write(each);
    }
    return this;
  }

  PickledTensors global(String module, String name) {
    pickle.writeBytes(("c" + module + "\n" + name + "\n").getBytes(UTF_8));
    return this;
  }

  PickledTensors text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    pickle.write('X');
    pickle.writeBytes(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array());
    pickle.writeBytes(bytes);
    return this;
  }

  PickledTensors number(long number) {
    return raw(0x8a, 3, (int) number & 0xff, (int) (number >> 8) & 0xff, (int) (number >> 16));
  }

  PickledTensors numbers(long... numbers) {
    raw('(');
    for (long number : numbers) {
      number(number);
    }
    return raw('t');
  }

  /** An empty OrderedDict. */
  PickledTensors dictionary() {
    return global("collections", "OrderedDict").raw(')', 'R');
  }

  /** A tensor of a record that is written with it. */
  PickledTensors tensor(
      String storage, byte[] record, int elementBytes, long offset, long[] sizes, long[] strides) {
    String key = Integer.toString(records.size());
    records.put(key, record);
    return tensorOf(storage, key, record.length / elementBytes, offset, sizes, strides);
  }

  PickledTensors tensorOf(
      String storage, String key, long count, long offset, long[] sizes, long[] strides) {
    return beginning(storage, key, count, offset, sizes, strides).raw('t', 'R');
  }

  /** A tensor's parts but for its metadata, which may follow. */
  PickledTensors beginning(
      String storage, String key, long count, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .raw('(', '(')
        .text("storage")
        .global("torch", storage)
        .text(key)
        .text("cpu")
        .number(count)
        .raw('t', 'Q')
        .number(offset)
        .numbers(sizes)
        .numbers(strides)
        .raw(0x89)
        .dictionary();
  }

  /** The zip's entries. */
  Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", raw('.').pickle.toByteArray());
    entries.put("archive/byteorder", "little".getBytes(UTF_8));
    records.forEach((key, bytes) -> entries.put("archive/data/" + key, bytes));
    entries.put("archive/version", "3\n".getBytes(UTF_8));
    return entries;
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
