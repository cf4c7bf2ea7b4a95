package dev.wwts;

import java.util.Objects;

/** A model file that can't be used: wrong, damaged, too new, or answering what it must not. */
public final class ModelException extends WwtsException {
  private static final long serialVersionUID = 1L;

  /** Why a model was refused. */
  public enum Reason {
    /** No such file, a folder, or no permission to read. */
    UNREADABLE,
    /** No file of a network that is read here, or one without a manifest. */
    NOT_A_MODEL,
    /** Damaged: a wrong checksum, a missing part, an impossible zip. */
    CORRUPT,
    /** Its manifest has a newer format than this version reads. */
    NEWER_FORMAT,
    /** Its manifest is not as models/FORMAT.md says. */
    BAD_MANIFEST,
    /** Its labels are not UTF-8 or not as many as its classes. */
    BAD_LABELS,
    /** Its SHA-256 is not the one that was asked for. */
    WRONG_SHA256,
    /** It does, or its files do, what was not vouched for. */
    UNTRUSTED,
    /** It was compiled for another LibTorch, processor, card or precision than is here or asked. */
    INCOMPATIBLE,
    /** It has an operator, or a kind of tensor, that is not converted. */
    UNSUPPORTED,
    /** LibTorch refused it. */
    LOAD_FAILED,
    /** Its output has another shape or type than the manifest says, or is not finite. */
    BAD_OUTPUT,
    /** It has no self-test, and one was asked for. */
    NO_SELF_TEST,
    /** It gives no embeddings, and one was asked for. */
    NO_EMBEDDING,
    /** It has no text tower, and a text was asked about. */
    NO_TEXT,
    /** It has no labels of its own, and none were given. */
    NO_LABELS
  }

  private final Reason reason;

  /** Creates one; {@code message} is a sentence that names the file and its fault. */
  public ModelException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Creates one with its cause. */
  public ModelException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Why the model was refused. */
  public Reason reason() {
    return reason;
  }
}
