package dev.wwts;

/** A call that was not accepted, as the recognizer is closed or being drained. */
public final class RecognizerClosedException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public RecognizerClosedException(String message) {
    super(message);
  }
}
