package dev.wwts.convert.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor's elements as a record of a TorchScript archive holds them.
 *
 * @param file where they are
 * @param tensor in that file
 * @param wanted the record's type, which the tensor's {@linkplain ElementType#becomes becomes}
 */
record Elements(SafeTensors file, StoredTensor tensor, ElementType wanted)
    implements ArchiveWriter.Content {
  /** A multiple of all elements' sizes. */
  private static final int CHUNK = 4 << 20;

  @Override
  public void send(ArchiveWriter.Sink sink) throws IOException {
    for (long at = 0; at < tensor.bytes(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, tensor.bytes() - at);
      byte[] chunk = file.bytes(tensor.offset() + at, count);
      sink.accept(tensor.type() == wanted ? chunk : widened(chunk));
    }
  }

  private byte[] widened(byte[] chunk) {
    ByteBuffer elements = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    byte[] wide = new byte[chunk.length / tensor.type().bytes * Float.BYTES];
    ByteBuffer target = ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN);
    while (elements.hasRemaining()) {
      target.putFloat(tensor.type().next(elements));
    }
    return wide;
  }
}
