package dev.wwts.internal.pixels;

import dev.wwts.internal.natives.MemoryLimits;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A block of C memory that grows to the largest request and is reused from then on. What one huge
 * picture took is given back once ordinary ones follow: see {@link #rest}. Not thread safe: one
 * owner, who closes it.
 */
public final class NativeBuffer implements PixelMemory {
  /**
   * Requests are rounded up to this, in bytes, so that slightly growing pictures do not reallocate
   * every time.
   */
  private static final long GRAIN = 1 << 20;

  /** A larger one is kept while one of so many calls needs a quarter of it. */
  private static final int CALLS = 16;

  private static final int PART = 4;

  private @Nullable Pointer block;
  private long capacity;
  private int restful;
  private boolean closed;

  /** Creates an empty one; the first {@link #reserve} allocates. */
  public NativeBuffer() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException after {@link #close}
   * @throws OutOfMemoryError when the C library has no such block, or JavaCPP's limits of native
   *     memory no room for it
   */
  @Override
  public long reserve(long bytes) {
    if (closed) {
      throw new IllegalStateException("the buffer is closed");
    }
    if (bytes >= capacity / PART) {
      restful = 0;
    }
    Pointer current = block;
    if (current != null && bytes <= capacity) {
      return current.address();
    }
    // freed first: what is in it is not needed, and the two blocks together could be too much
    release();
    long wanted = Math.max(1, (bytes + GRAIN - 1) / GRAIN) * GRAIN;
    Pointer fresh = MemoryLimits.allow(wanted) ? Pointer.malloc(wanted) : null;
    if (fresh == null || fresh.isNull()) {
      throw new OutOfMemoryError("no " + wanted + " bytes of native memory for pixels");
    }
    block = fresh;
    capacity = wanted;
    return fresh.address();
  }

  /**
   * Says that a call begins, or went by without this buffer: what earlier calls left in it is not
   * needed. A large block of which none of the last 16 calls needed a quarter is freed.
   */
  @Override
  public void rest() {
    if (capacity > ORDINARY && ++restful > CALLS) {
      release();
    }
  }

  /** Frees a large block at once: only a huge picture needed it. */
  public void trim() {
    if (capacity > ORDINARY) {
      release();
    }
  }

  /**
   * A view of the first {@code bytes} bytes; valid until a larger {@link #reserve} or {@link
   * #close}.
   */
  public ByteBuffer view(int bytes) {
    return Address.view(reserve(bytes), bytes);
  }

  @Override
  public long capacity() {
    return capacity;
  }

  /** Frees the block. Closing twice does nothing. */
  @Override
  public void close() {
    closed = true;
    release();
  }

  private void release() {
    Pointer old = block;
    block = null;
    capacity = 0;
    restful = 0;
    if (old != null) {
      Pointer.free(old);
    }
  }
}
