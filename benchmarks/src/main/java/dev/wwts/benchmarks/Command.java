package dev.wwts.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another program, run to its end. */
final class Command {
  private static final int LAST_LINES = 5;

  private Command() {}

  /**
   * What it writes on stdout.
   *
   * @throws IOException if it can't be started, fails or takes longer than {@code seconds}; the
   *     message has the last lines of its stderr
   */
  static String output(List<String> command, int seconds) throws IOException {
    Path out = Files.createTempFile("wwts-out", ".txt");
    Path err = Files.createTempFile("wwts-err", ".txt");
    Process process = null;
    try {
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new IOException(
            "%s took more than %d s and was stopped. %s"
                .formatted(command.get(1), seconds, last(err)));
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s failed with exit status %d. %s"
                .formatted(command.get(1), process.exitValue(), last(err)));
      }
      return Files.readString(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.get(0) + " was interrupted.", e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  /** The last lines of a file. */
  static String last(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }
}
