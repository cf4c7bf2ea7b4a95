package dev.wwts;

import java.util.Objects;

/** A model that does not take another one's place; the one that was there goes on answering. */
public final class SwapException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Why it does not. */
  public enum Reason {
    /** Its self-test, on the device and in the precision asked for, or that it has none. */
    SELF_TEST,
    /** It does not fit into the memory that is left while both are loaded. */
    MEMORY,
    /** It answers the latest pictures otherwise than the one that is there. */
    DISAGREES,
    /** The one that is there was pinned, and for this one no SHA-256 was given. */
    NOT_PINNED,
    /** The slot or registry was closed. */
    CLOSED
  }

  private final Reason reason;

  /** Creates one; {@code message} is a sentence that names the file and what to do. */
  public SwapException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Creates one with its cause. */
  public SwapException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Why it does not. */
  public Reason reason() {
    return reason;
  }
}
