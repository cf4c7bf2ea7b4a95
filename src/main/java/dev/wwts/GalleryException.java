package dev.wwts;

import java.util.Objects;

/** A gallery that can't be opened, read or changed; what was acknowledged before stays in it. */
public final class GalleryException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Why it can't. */
  public enum Reason {
    /** Its folder or file can't be made or read. */
    UNREADABLE,
    /** Its file is none of a gallery's, or damaged before its end. */
    CORRUPT,
    /** A newer version wrote it. */
    NEWER_FORMAT,
    /** Its embeddings are another model's: they can't be compared with this one's. */
    OTHER_MODEL,
    /** Another process, or another place in this one, has it open for changes. */
    IN_USE,
    /** A change of one that is open for reading only. */
    READ_ONLY,
    /** A change could not be made to last, as on a full disk; it was not made at all. */
    NOT_WRITTEN,
    /** Too few examples to choose a threshold from. */
    TOO_FEW,
    /** It was closed. */
    CLOSED
  }

  private final Reason reason;

  /**
   * Creates one; {@code message} is a sentence that names the gallery, its fault and what to do.
   */
  public GalleryException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Creates one with its cause. */
  public GalleryException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Why it can't be opened, read or changed. */
  public Reason reason() {
    return reason;
  }
}
