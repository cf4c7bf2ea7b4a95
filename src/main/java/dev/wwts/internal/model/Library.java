package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * The shared library of a compiled network: machine code and weights, bytes of the file's content.
 *
 * @param target what it was compiled for
 * @param content the file's
 * @param at where in it the library begins
 * @param bytes how many it has
 */
public record Library(Target target, ModelContent content, long at, long bytes) {
  private static final int CHUNK = 8 << 20;
  private static final int HEADER = 64;
  private static final int MAGIC = 0x464c457f;
  private static final int SHARED = 3;
  private static final int SEGMENT = 56;
  private static final int SECTION = 64;

  /**
   * Makes sure that the system's loader will not reach beyond its end, where the process would die.
   *
   * @throws ModelException if it is no whole shared library
   */
  void requireWhole() {
    if (!isWhole()) {
      throw new ModelException(
          Reason.CORRUPT,
          content.file() + " is damaged: its machine code is no whole shared library.");
    }
  }

  /** Field offsets are those of the ELF specification for 64 bits. */
  private boolean isWhole() {
    if (bytes < HEADER) {
      return false;
    }
    ByteBuffer header = ZipDirectory.little(content.bytes(at, HEADER));
    long segmentsAt = header.getLong(32);
    long sectionsAt = header.getLong(40);
    int segments = ZipDirectory.u16(header, 56);
    int sections = ZipDirectory.u16(header, 60);
    boolean isShared =
        header.getInt(0) == MAGIC
            && header.get(4) == 2
            && header.get(5) == 1
            && ZipDirectory.u16(header, 16) == SHARED
            && ZipDirectory.u16(header, 54) == SEGMENT;
    if (!isShared
        || segments == 0
        || !holds(segmentsAt, (long) segments * SEGMENT)
        || !holds(sectionsAt, (long) sections * SECTION)) {
      return false;
    }
    ByteBuffer table =
        ZipDirectory.little(content.bytes(at + segmentsAt, Math.multiplyExact(segments, SEGMENT)));
    for (int i = 0; i < segments; i++) {
      if (!holds(table.getLong(i * SEGMENT + 8), table.getLong(i * SEGMENT + 32))) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(long offset, long length) {
    return offset >= 0 && length >= 0 && offset <= bytes && length <= bytes - offset;
  }

  /** Writes all of it. */
  public void writeTo(WritableByteChannel channel) throws IOException {
    for (long done = 0; done < bytes; ) {
      ByteBuffer chunk = content.view(at + done, (int) Math.min(CHUNK, bytes - done));
      done += channel.write(chunk);
    }
  }
}
