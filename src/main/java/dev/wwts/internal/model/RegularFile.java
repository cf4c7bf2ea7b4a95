package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens what is meant to be a file, and is none now and then: a folder, a pipe, nothing. */
final class RegularFile {
  private static final long LONGEST_OPENING = 10_000;

  private RegularFile() {}

  /**
   * Refuses what is none, or can't be read.
   *
   * @throws ModelException with a sentence that says why
   */
  static void require(Path path) {
    String fault =
        Files.notExists(path)
            ? "does not exist"
            : Files.isDirectory(path)
                ? "is a folder, not a model file"
                : !Files.isRegularFile(path)
                    ? "is no regular file"
                    : Files.isReadable(path) ? null : "can't be read: check its permissions";
    if (fault != null) {
      throw new ModelException(Reason.UNREADABLE, path + " " + fault + ".");
    }
  }

  /**
   * Opens a file that was regular a moment ago. A pipe that took its place would make this wait for
   * a writer, for ever, so it is waited for on a thread of its own.
   *
   * @throws IOException if it can't be opened, at once
   */
  static FileChannel open(Path path) throws IOException {
    FutureTask<FileChannel> opening = new FutureTask<>(() -> FileChannel.open(path));
    Thread thread = new Thread(opening, "wwts-open");
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return opening.get(LONGEST_OPENING, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(path + " does not open", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
