package dev.wwts.convert.tflite;

import com.google.flatbuffers.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One table of a FlatBuffer, whose fields are known by their places in the schema. FlatBuffers'
 * library trusts what it reads; the buffer's own bounds, and a look at every length before memory
 * is taken for it, make each lie an IndexOutOfBoundsException.
 */
final class FlatTable extends Table {
  /** Of one vector; the largest networks have some thousands of tensors. */
  private static final int MOST_TABLES = 20_000;

  /** Of numbers in one vector: tables may share a long one, which would be copied for each. */
  private static final int MOST_NUMBERS = 1 << 16;

  /** The offset of the first field in a table's directory. */
  private static final int FIRST = 4;

  private FlatTable(ByteBuffer buffer, int position) {
    __reset(position, buffer);
  }

  /** The outermost table of a little-endian buffer. */
  static FlatTable root(ByteBuffer buffer) {
    return new FlatTable(buffer, buffer.getInt(0));
  }

  private int offset(int field) {
    return __offset(FIRST + 2 * field);
  }

  private int place(int offset) {
    return bb_pos + offset;
  }

  int integer(int field, int otherwise) {
    int offset = offset(field);
    return offset == 0 ? otherwise : bb.getInt(place(offset));
  }

  int octet(int field) {
    int offset = offset(field);
    return offset == 0 ? 0 : bb.get(place(offset));
  }

  long longOf(int field) {
    int offset = offset(field);
    return offset == 0 ? 0 : bb.getLong(place(offset));
  }

  float real(int field) {
    int offset = offset(field);
    return offset == 0 ? 0 : bb.getFloat(place(offset));
  }

  Optional<FlatTable> table(int field) {
    int offset = offset(field);
    return offset == 0
        ? Optional.empty()
        : Optional.of(new FlatTable(bb, __indirect(place(offset))));
  }

  /** The tables of a vector; none where it is absent. */
  List<FlatTable> tables(int field) {
    ByteBuffer vector = vector(field, Integer.BYTES);
    int count = vector.remaining() / Integer.BYTES;
    if (count > MOST_TABLES) {
      throw new IndexOutOfBoundsException("a vector of " + count + " tables");
    }
    int first = offset(field) == 0 ? 0 : __vector(offset(field));
    List<FlatTable> tables = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      tables.add(new FlatTable(bb, __indirect(first + i * Integer.BYTES)));
    }
    return tables;
  }

  int[] integers(int field) {
    ByteBuffer vector = numbers(field, Integer.BYTES);
    int[] values = new int[vector.remaining() / Integer.BYTES];
    vector.asIntBuffer().get(values);
    return values;
  }

  long[] longs(int field) {
    ByteBuffer vector = numbers(field, Long.BYTES);
    long[] values = new long[vector.remaining() / Long.BYTES];
    vector.asLongBuffer().get(values);
    return values;
  }

  float[] reals(int field) {
    ByteBuffer vector = numbers(field, Float.BYTES);
    float[] values = new float[vector.remaining() / Float.BYTES];
    vector.asFloatBuffer().get(values);
    return values;
  }

  private ByteBuffer numbers(int field, int width) {
    ByteBuffer vector = vector(field, width);
    if (vector.remaining() > MOST_NUMBERS * width) {
      throw new IndexOutOfBoundsException("a vector of " + vector.remaining() + " bytes");
    }
    return vector;
  }

  /** The bytes of a vector, in place; empty where it is absent. */
  ByteBuffer octets(int field) {
    return vector(field, 1);
  }

  private ByteBuffer vector(int field, int width) {
    int offset = offset(field);
    if (offset == 0) {
      return bb.slice(0, 0).order(bb.order());
    }
    long bytes = Integer.toUnsignedLong(__vector_len(offset)) * width;
    return bb.slice(__vector(offset), (int) Math.min(bytes, Integer.MAX_VALUE)).order(bb.order());
  }
}
