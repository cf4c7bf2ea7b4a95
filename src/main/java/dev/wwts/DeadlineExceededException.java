package dev.wwts;

/** A call that was not answered in its time. What of it had not begun did not begin. */
public final class DeadlineExceededException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public DeadlineExceededException(String message) {
    super(message);
  }
}
