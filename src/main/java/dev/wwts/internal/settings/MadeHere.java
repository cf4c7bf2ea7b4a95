package dev.wwts.internal.settings;

/**
 * Where something was made that must be closed, kept to be told where it is forgotten. It is never
 * thrown: as a throwable it is logged with its stack.
 */
public final class MadeHere extends Throwable {
  private static final long serialVersionUID = 1L;

  /**
   * In this thread, now.
   *
   * @param what that thing, as a sentence begins: "A recognizer"
   */
  public MadeHere(String what) {
    super(what);
  }
}
