package dev.wwts.internal.natives;

import java.io.PrintStream;

/**
 * Starts OpenBLAS's presets without the line that they are of another release than JavaCPP: the POM
 * pins them so, and all releases of these have been seen to work together.
 *
 * <p>JavaCPP prints the line on System.err, and that it would go to the host's log instead is for
 * the host to say. So for the moment of this class's initialisation the stream in its place passes
 * on everything but that line of this thread.
 */
final class QuietOpenBlas {
  private static final String PRESETS = "org.bytedeco.openblas.presets.openblas_nolapack";
  private static final String LINE = "Warning: Versions of org.bytedeco:javacpp:";

  private QuietOpenBlas() {}

  static void initialize() {
    PrintStream errors = System.err;
    Filter filter = new Filter(errors, Thread.currentThread());
    System.setErr(filter);
    try {
      Class.forName(PRESETS, true, QuietOpenBlas.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      // loading what needs it tells
    } finally {
      if (System.err.equals(filter)) {
        System.setErr(errors);
      }
    }
  }

  private static final class Filter extends PrintStream {
    private final PrintStream errors;
    private final Thread quiet;

    Filter(PrintStream errors, Thread quiet) {
      super(errors, true);
      this.errors = errors;
      this.quiet = quiet;
    }

    @Override
    public void println(String line) {
      if (!Thread.currentThread().equals(quiet) || !String.valueOf(line).startsWith(LINE)) {
        errors.println(line);
      }
    }
  }
}
