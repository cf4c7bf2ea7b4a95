package dev.wwts.convert.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A tensor's elements as a record of a TorchScript archive holds them.
 *
 * @param file where they are
 * @param name the tensor's in that file
 * @param wanted the record's type, which the tensor's {@linkplain ElementType#becomes becomes}
 */
record Elements(TensorFile file, String name, ElementType wanted) implements ArchiveWriter.Content {
  /** A multiple of all elements' sizes. */
  private static final int CHUNK = 4 << 20;

  @Override
  public void send(ArchiveWriter.Sink sink) throws IOException {
    StoredTensor tensor = Objects.requireNonNull(file.tensors().get(name));
    for (long at = 0; at < tensor.bytes(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, tensor.bytes() - at);
      byte[] chunk = file.bytes(name, at, count);
      sink.accept(tensor.type() == wanted ? chunk : widened(chunk, tensor.type()));
    }
  }

  private static byte[] widened(byte[] chunk, ElementType type) {
    ByteBuffer elements = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    byte[] wide = new byte[chunk.length / type.bytes * Float.BYTES];
    ByteBuffer target = ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN);
    while (elements.hasRemaining()) {
      target.putFloat(type.next(elements));
    }
    return wide;
  }
}
