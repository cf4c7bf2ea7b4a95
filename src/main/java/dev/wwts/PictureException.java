package dev.wwts;

import java.util.Objects;

/**
 * A picture that can't be read. The recognizer is not affected: the next picture is answered as
 * usual.
 */
public final class PictureException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Why a picture was refused. */
  public enum Reason {
    /**
     * No such file, a folder, no permission to read, or a mapped file that was cut off meanwhile.
     */
    UNREADABLE,
    /** No bytes at all. */
    EMPTY,
    /**
     * Not a picture, or a format that is not decoded here; the message names it where it is known.
     */
    UNSUPPORTED_FORMAT,
    /** More pixels or more bytes than the limits allow. */
    TOO_LARGE,
    /** The picture ends before its data do. */
    TRUNCATED,
    /**
     * The picture contradicts its own format: a wrong checksum, an impossible header, undecodable
     * data.
     */
    CORRUPT
  }

  private final Reason reason;

  /** Creates one; {@code message} is a sentence that names the picture's fault. */
  public PictureException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Creates one with its cause. */
  public PictureException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Why the picture was refused. */
  public Reason reason() {
    return reason;
  }
}
