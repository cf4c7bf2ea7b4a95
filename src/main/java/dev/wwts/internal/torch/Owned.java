package dev.wwts.internal.torch;

import org.bytedeco.javacpp.Pointer;

/**
 * A native object that outlives the pointer scope it was made in, until its owner closes it;
 * closing twice does nothing.
 */
public final class Owned<T extends Pointer> implements AutoCloseable {
  private final T pointer;
  private boolean closed;

  /** Takes ownership; must be called before the scope that {@code pointer} was made in ends. */
  public Owned(T pointer) {
    this.pointer = pointer;
    pointer.retainReference();
  }

  public T get() {
    if (closed) {
      throw new IllegalStateException("Used after close.");
    }
    return pointer;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pointer.releaseReference();
    }
  }
}
