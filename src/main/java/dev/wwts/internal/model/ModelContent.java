package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.natives.Natives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A model file's bytes, read once into C memory: what is hashed, what is checked and what LibTorch
 * loads are the same bytes, whatever becomes of the file meanwhile. Whoever reads it closes it, as
 * soon as the network is loaded: it takes as much memory as the file.
 */
public final class ModelContent implements AutoCloseable {
  private static final int CHUNK = 8 << 20;

  private final Path file;
  private final @Nullable String pin;
  private final long size;
  private final Pointer block;

  /** Whose part these are; null of a file's own, which are freed. */
  private final @Nullable ModelContent whole;

  private List<Long> hidden = List.of();
  private String directory = "";
  private boolean closed;

  private ModelContent(
      Path file, @Nullable String pin, long size, Pointer block, @Nullable ModelContent whole) {
    this.file = file;
    this.pin = pin;
    this.size = size;
    this.block = block;
    this.whole = whole;
  }

  /**
   * Reads a file.
   *
   * @param sha256 the digest that it must have, or null
   * @throws ModelException if it can't be read, is no zip, or has another digest
   * @throws IllegalArgumentException if {@code sha256} is not 64 hexadecimal digits
   */
  public static ModelContent read(Path file, @Nullable String sha256) {
    Sha256 digest = sha256 == null ? null : Sha256.expecting(sha256);
    RegularFile.require(file);
    try (FileChannel channel = RegularFile.open(file)) {
      long size = channel.size();
      FileKind.requireZip(file, size, start(channel));
      Natives.load(Pointer.class, "JavaCPP", 0);
      Pointer block = Pointer.malloc(size);
      if (block == null || block.isNull()) {
        throw new ModelException(
            Reason.UNREADABLE, "%s: there is no memory for its %,d bytes.".formatted(file, size));
      }
      ModelContent content = new ModelContent(file, sha256, size, block, null);
      try {
        content.fill(channel, digest);
        if (digest != null) {
          digest.require(file);
        }
        return content;
      } catch (Throwable e) {
        content.close();
        throw e;
      }
    } catch (ClosedByInterruptException e) {
      throw new ModelException(
          Reason.UNREADABLE, file + " was not read to its end: the thread was interrupted.", e);
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
  }

  private static byte[] start(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(FileKind.START);
    while (start.hasRemaining() && channel.read(start, start.position()) > 0) {}
    byte[] bytes = new byte[start.flip().remaining()];
    start.get(bytes);
    return bytes;
  }

  /** A digest wants them in order; without one, two threads share the cost of fresh memory. */
  private void fill(FileChannel channel, @Nullable Sha256 digest) throws IOException {
    try {
      if (digest != null || size < 2 * CHUNK) {
        fill(channel, digest, 0, size);
      } else {
        Together.run(
            () -> fill(channel, null, 0, size / 2),
            () -> {
              fill(channel, null, size / 2, size);
              return true;
            });
      }
      if (channel.read(ByteBuffer.allocate(1), size) >= 0) {
        throw changed();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fill(FileChannel channel, @Nullable Sha256 digest, long from, long to) {
    for (long at = from; at < to; ) {
      ByteBuffer chunk = view(at, (int) Math.min(CHUNK, to - at));
      int n = read(channel, chunk, at);
      if (n < 0) {
        throw changed();
      }
      if (digest != null) {
        digest.update(chunk.flip());
      }
      at += n;
    }
  }

  private static int read(FileChannel channel, ByteBuffer chunk, long at) {
    try {
      return channel.read(chunk, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelException changed() {
    return new ModelException(Reason.UNREADABLE, file + " changed while it was read: try again.");
  }

  /** The file that they were read from, for messages. */
  public Path file() {
    return file;
  }

  /** The digest that was asked for, or null. */
  @Nullable String pin() {
    return pin;
  }

  /** Takes note of the archive's directory: with it, all checksums. */
  void note(ZipEnd end) {
    Sha256 digest = new Sha256();
    digest.update(ByteBuffer.wrap(bytes(end.directoryAt(), (int) end.directoryBytes())));
    directory = digest.hex();
  }

  /** Whether the other's directory, so all its sizes and checksums, is the same. */
  boolean isLike(ModelContent other) {
    return size == other.size && directory.equals(other.directory);
  }

  /** How many they are. */
  public long size() {
    return size;
  }

  /** Their SHA-256, 64 lower-case hexadecimal digits. */
  public String sha256() {
    Sha256 digest = new Sha256();
    for (long at = 0; at < size; at += CHUNK) {
      digest.update(view(at, (int) Math.min(CHUNK, size - at)));
    }
    return digest.hex();
  }

  /**
   * The address of the bytes for LibTorch's reader. Of entries that it is not to see, the names in
   * the archive's directory change by one letter; nothing else does.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public long address() {
    for (long lastByteOfName : hidden) {
      view(lastByteOfName, 1).put((byte) '-');
    }
    hidden = List.of();
    requireOpen();
    return block.address();
  }

  /** Names, by the place of their last byte, that {@link #address} is to hide. */
  void hide(List<Long> lastBytesOfNames) {
    hidden = List.copyOf(lastBytesOfNames);
  }

  /** Some of the bytes in place. */
  ByteBuffer view(long offset, int length) {
    requireOpen();
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IndexOutOfBoundsException(offset + " + " + length + " of " + size);
    }
    return new Place(block.address() + offset, length).asByteBuffer();
  }

  /** A file within these, in place: it is there as long as they are. */
  ModelContent part(long offset, long bytes) {
    requireOpen();
    if (offset < 0 || bytes < 0 || offset > size - bytes) {
      throw new IndexOutOfBoundsException(offset + " + " + bytes + " of " + size);
    }
    return new ModelContent(file, pin, bytes, new Place(block.address() + offset, bytes), this);
  }

  /** A copy of some of the bytes. */
  byte[] bytes(long offset, int length) {
    byte[] copy = new byte[length];
    if (length > 0) {
      view(offset, length).get(copy);
    }
    return copy;
  }

  private void requireOpen() {
    if (whole != null) {
      whole.requireOpen();
    }
    if (closed) {
      throw new IllegalStateException("the content of " + file + " was closed");
    }
  }

  /** Frees them, but for a part of others. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (whole == null) {
        Pointer.free(block);
      }
    }
  }

  /** An address that owns nothing. */
  private static final class Place extends BytePointer {
    Place(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
