package dev.wwts.internal.torch;

import dev.wwts.internal.text.Printable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** LibTorch's errors are kilobytes of C++ frames; the useful words stand in front. */
public final class NativeErrors {
  private static final Pattern FRAMES =
      Pattern.compile("\\s*(\\(?Exception raised from|C\\+\\+ CapturedTraceback|frame #0)");

  /** Leaves room in a message for what the error is about. */
  private static final int LONGEST = 150;

  private NativeErrors() {}

  /** The first words of an error, without frames, on one line, without a final full stop. */
  public static String firstWords(Throwable error) {
    Throwable cause = error;
    while (cause instanceof LinkageError && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    Matcher frames = FRAMES.matcher(message);
    String words = frames.find() ? message.substring(0, frames.start()) : message;
    String line = words.strip().replaceAll("\\s+", " ").replaceAll("\\.$", "");
    return Printable.line(line, LONGEST);
  }
}
