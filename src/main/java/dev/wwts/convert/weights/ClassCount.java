package dev.wwts.convert.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A place in a pickle where the number of classes stands, or a multiple of it: sizes of the last
 * layer.
 *
 * @param at of the instruction
 * @param length of the instruction
 * @param times so many times the number of classes
 */
record ClassCount(int at, int length, long times) {
  private static final byte LONG1 = (byte) 0x8a;

  static ClassCount parse(JsonNode node) {
    return new ClassCount(node.path(0).asInt(), node.path(1).asInt(), node.path(2).asLong());
  }

  /** The pickle with another number of classes. */
  static byte[] replaced(byte[] pickle, List<ClassCount> counts, int classes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(pickle.length + counts.size());
    int at = 0;
    for (ClassCount count : counts) {
      out.write(pickle, at, count.at - at);
      out.writeBytes(instruction(Math.multiplyExact(count.times, (long) classes)));
      at = count.at + count.length;
    }
    out.write(pickle, at, pickle.length - at);
    return out.toByteArray();
  }

  /** As torch's Pickler pushes a number that is not negative. */
  private static byte[] instruction(long number) {
    ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    if (number <= 0xff) {
      bytes.put((byte) 'K').put((byte) number);
    } else if (number <= 0xffff) {
      bytes.put((byte) 'M').putShort((short) number);
    } else if (number <= Integer.MAX_VALUE) {
      bytes.put((byte) 'J').putInt((int) number);
    } else {
      bytes.put(LONG1).put((byte) Long.BYTES).putLong(number);
    }
    byte[] instruction = new byte[bytes.flip().remaining()];
    bytes.get(instruction);
    return instruction;
  }
}
