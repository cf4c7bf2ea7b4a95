package dev.wwts.convert.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file and one tensor of floats more, which was computed. */
final class Supplemented implements TensorFile {
  private final TensorFile file;
  private final String name;
  private final float[][] rows;
  private final Map<String, StoredTensor> tensors;

  Supplemented(TensorFile file, String name, float[][] rows) {
    this.file = file;
    this.name = name;
    this.rows = rows;
    this.tensors = new LinkedHashMap<>(file.tensors());
    List<Long> shape = List.of((long) rows.length, (long) rows[0].length);
    tensors.put(name, new StoredTensor(ElementType.F32, shape, 0));
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public byte[] bytes(String name, long from, int count) throws IOException {
    if (!name.equals(this.name)) {
      return file.bytes(name, from, count);
    }
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    for (long at = from / Float.BYTES; bytes.hasRemaining(); at++) {
      bytes.putFloat(rows[(int) (at / rows[0].length)][(int) (at % rows[0].length)]);
    }
    return bytes.array();
  }

  /** The file's name, for messages. */
  @Override
  public String toString() {
    return file.toString();
  }

  @Override
  public void close() {
    file.close();
  }
}
