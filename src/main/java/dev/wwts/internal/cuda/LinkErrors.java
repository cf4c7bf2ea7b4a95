package dev.wwts.internal.cuda;

import org.jspecify.annotations.Nullable;

/**
 * What the loader said of a library. JavaCPP's own message names its JNI library only; the
 * system's, which names what that one lacks, stands among the causes, and only the first time:
 * later the class "could not be initialized".
 */
final class LinkErrors {
  private static final String MISSING = "cannot open shared object file";
  private static final String AGAIN = "Could not initialize class";

  private static @Nullable String first;

  private LinkErrors() {}

  /** The loader's words for an error that loading a class of the presets ended in. */
  static synchronized String words(LinkageError error) {
    String message = String.valueOf(error.getMessage());
    String words = message;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause.getMessage());
      if (said.contains(MISSING)) {
        words = said;
      }
    }
    if (message.startsWith(AGAIN)) {
      return first == null ? words : first;
    }
    if (first == null) {
      first = words;
    }
    return words;
  }
}
