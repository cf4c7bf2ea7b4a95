package dev.wwts;

import dev.wwts.internal.text.Printable;

/**
 * What went wrong, in one sentence that names what, where and what to do. Every failure that a
 * caller can meet and that is not a programming error is one of the subclasses.
 *
 * <p>The message is one line of at most 300 characters, whatever names and texts went into it: what
 * can't be shown is escaped, and a longer one loses its middle.
 */
public abstract sealed class WwtsException extends RuntimeException
    permits PictureException,
        ModelException,
        DeviceException,
        OutOfDeviceMemoryException,
        OverloadedException,
        DeadlineExceededException,
        CallInterruptedException,
        RecognizerClosedException,
        SwapException,
        GalleryException {
  private static final long serialVersionUID = 1L;

  WwtsException(String message, Throwable cause) {
    super(Printable.message(message), cause);
  }

  WwtsException(String message) {
    super(Printable.message(message));
  }
}
