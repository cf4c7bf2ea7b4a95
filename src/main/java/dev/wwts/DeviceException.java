package dev.wwts;

/**
 * A device or precision that was asked for and is not there, or native libraries that can't be
 * loaded, or a GPU that has failed for good; the message says why and what to do. There is no
 * silent fall to the CPU.
 */
public final class DeviceException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public DeviceException(String message) {
    super(message);
  }

  /** Creates one with its cause. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
