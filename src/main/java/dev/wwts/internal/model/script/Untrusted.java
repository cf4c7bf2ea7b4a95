package dev.wwts.internal.model.script;

/** Code does what a network has no need to do; the check tells where. */
final class Untrusted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String what;

  /** {@code what} goes on from "its code". */
  Untrusted(String what) {
    super(what, null, false, false);
    this.what = what;
  }

  String what() {
    return what;
  }

  static Untrusted use(String name) {
    return new Untrusted("uses " + name);
  }
}
