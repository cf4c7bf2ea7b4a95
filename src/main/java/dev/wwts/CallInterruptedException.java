package dev.wwts;

/**
 * A call that was given up, as the thread that waited for it was interrupted; the thread's
 * interrupt flag is set.
 */
public final class CallInterruptedException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public CallInterruptedException(String message, InterruptedException cause) {
    super(message, cause);
  }
}
