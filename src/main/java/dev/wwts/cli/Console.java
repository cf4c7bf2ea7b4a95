package dev.wwts.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A standard stream of the process whose first failure ends the run: PrintWriter and PrintStream
 * keep theirs to themselves, and a run of hours would go on for nobody.
 */
final class Console extends OutputStream {
  /** What the shell says of a process that a closed pipe has ended: 128 and SIGPIPE's 13. */
  private static final int BROKEN_PIPE = 141;

  private static final int ERR = 2;

  private final FileOutputStream stream;
  private final int number;
  private boolean lost;

  private Console(FileDescriptor descriptor, int number) {
    this.stream = new FileOutputStream(descriptor);
    this.number = number;
  }

  /** Standard output; labels are Chinese whatever the locale says. */
  static PrintWriter out() {
    return writer(new Console(FileDescriptor.out, 1));
  }

  /** Standard error. */
  static PrintWriter err() {
    return writer(new Console(FileDescriptor.err, ERR));
  }

  private static PrintWriter writer(Console console) {
    return new PrintWriter(console, true, StandardCharsets.UTF_8);
  }

  /** Standard error for log and progress bar, which have no use for an exception. */
  static PrintStream log() {
    return new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
  }

  /** Ends the run where log or progress bar could not be written: their stream keeps a mark. */
  static void requireLog() {
    if (System.err.checkError()) {
      throw new Lost(ERR, new IOException("unknown"));
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /** Writes nothing more after a failure: the writers in front still hold what they could not. */
  @Override
  public void write(byte[] bytes, int offset, int count) {
    if (lost) {
      return;
    }
    try {
      stream.write(bytes, offset, count);
    } catch (IOException e) {
      lost = true;
      throw new Lost(number, e);
    }
  }

  /** Output that could not be written: nobody reads on, or the disk is full. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int number;

    Lost(int number, IOException cause) {
      super(
          "%s can't be written (%s)."
              .formatted(number == ERR ? "Standard error" : "Standard output", cause.getMessage()),
          cause);
      this.number = number;
    }

    /** Quiet where a reader has gone away, as head does; else a sentence. */
    int exitCode(PrintWriter err) {
      if (isReaderGone()) {
        return BROKEN_PIPE;
      }
      if (number != ERR) {
        say(err);
      }
      return Wwts.UNUSABLE;
    }

    private void say(PrintWriter err) {
      try {
        err.println("[ERROR] " + getMessage());
      } catch (Lost e) {
        // neither can be written: the exit code tells
        addSuppressed(e);
      }
    }

    /**
     * The system's words for it are in the user's language; what the stream leads to tells more.
     */
    private boolean isReaderGone() {
      String words = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
      try {
        String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        return target.startsWith("pipe:") || target.startsWith("socket:");
      } catch (IOException | UnsupportedOperationException e) {
        return words.contains("pipe");
      }
    }
  }
}
