package dev.wwts;

/**
 * The device's memory, or the budget set for it, was not enough for a call; the recognizer goes on
 * with the next.
 */
public final class OutOfDeviceMemoryException extends WwtsException {
  private static final long serialVersionUID = 1L;

  private final long requestedBytes;
  private final long freeBytes;

  /**
   * Creates one.
   *
   * @param requestedBytes bytes that were asked for, or -1 where unknown
   * @param freeBytes bytes that were left, or -1 where unknown
   */
  public OutOfDeviceMemoryException(
      String message, long requestedBytes, long freeBytes, Throwable cause) {
    super(message, cause);
    this.requestedBytes = requestedBytes;
    this.freeBytes = freeBytes;
  }

  /** Bytes that were asked for, or -1 where unknown. */
  public long requestedBytes() {
    return requestedBytes;
  }

  /** Bytes that were left, or -1 where unknown. */
  public long freeBytes() {
    return freeBytes;
  }
}
