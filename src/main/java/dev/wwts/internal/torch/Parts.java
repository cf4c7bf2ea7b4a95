package dev.wwts.internal.torch;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What an object is made of, so far: closed last to first, by the object's own close or because its
 * making failed halfway.
 */
public final class Parts implements AutoCloseable {
  private final Deque<Part> parts = new ArrayDeque<>();

  /** Something to close, without checked exceptions. */
  public interface Part {
    void close();
  }

  /** Takes ownership of {@code part}; {@code how} closes it. */
  public <T> T add(T part, Part how) {
    parts.push(how);
    return part;
  }

  /** Closes them because {@code error} ends the making; what else fails is told with it. */
  public void closeAfter(Throwable error) {
    try {
      close();
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }

  /** Closes them all, also where one refuses, whose exception is then thrown. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
