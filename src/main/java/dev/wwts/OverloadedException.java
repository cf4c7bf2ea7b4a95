package dev.wwts;

/**
 * A call that was not accepted, as too many wait already. Nothing was done for it: it can be tried
 * again, here later or elsewhere.
 */
public final class OverloadedException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public OverloadedException(String message) {
    super(message);
  }
}
