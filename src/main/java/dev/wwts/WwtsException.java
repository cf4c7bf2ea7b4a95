package dev.wwts;

/**
 * What went wrong, in one sentence that names what, where and what to do. Every failure that a
 * caller can meet and that is not a programming error is one of the four subclasses.
 */
public abstract sealed class WwtsException extends RuntimeException
    permits PictureException, ModelException, DeviceException, OutOfDeviceMemoryException {
  private static final long serialVersionUID = 1L;

  WwtsException(String message, Throwable cause) {
    super(message, cause);
  }

  WwtsException(String message) {
    super(message);
  }
}
