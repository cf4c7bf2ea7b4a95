package dev.wwts.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes maps, lists, arrays of two (as tuples), strings, booleans and numbers as Python's pickle,
 * protocol 2. LibTorch's own pickle_save writes a zip around it and types that only torch can read.
 */
public final class Pickle {
  private static final int TUPLE2 = 0x86;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Pickle() {}

  /** The bytes of a pickle. */
  public static byte[] of(Object value) {
    Pickle pickle = new Pickle();
    pickle.out.write(0x80);
    pickle.out.write(2);
    pickle.write(value);
    pickle.out.write('.');
    return pickle.out.toByteArray();
  }

  private void write(Object value) {
    if (value instanceof Map<?, ?> map) {
      out.write('}');
      out.write('(');
      map.forEach(
          (key, item) -> {
            write(key);
            write(item);
          });
      out.write('u');
    } else if (value instanceof List<?> list) {
      out.write(']');
      out.write('(');
      list.forEach(this::write);
      out.write('e');
    } else if (value instanceof Object[] pair && pair.length == 2) {
      write(pair[0]);
      write(pair[1]);
      out.write(TUPLE2);
    } else if (value instanceof String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.write('X');
      out.writeBytes(little(Integer.BYTES).putInt(utf8.length).array());
      out.writeBytes(utf8);
    } else if (value instanceof Boolean truth) {
      out.write(truth ? 0x88 : 0x89);
    } else if (value instanceof Double number) {
      out.write('G');
      out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
    } else if (value instanceof Number number) {
      // LONG1: eight bytes, signed, whatever the size
      out.write(0x8a);
      out.write(Long.BYTES);
      out.writeBytes(little(Long.BYTES).putLong(number.longValue()).array());
    } else {
      throw new IllegalArgumentException("Not to be pickled: " + value.getClass());
    }
  }

  private static ByteBuffer little(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
