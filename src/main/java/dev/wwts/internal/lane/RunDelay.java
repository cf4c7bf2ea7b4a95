package dev.wwts.internal.lane;

import java.io.IOException;
import java.io.RandomAccessFile;
import org.jspecify.annotations.Nullable;

/**
 * How long a thread was ready to run and had no processor, as Linux counts it: what tells a busy
 * machine from a slow network. Elsewhere, and where Linux does not count, always 0. One thread
 * reads; a few microseconds.
 */
final class RunDelay implements AutoCloseable {
  private static final String FILE = "/proc/thread-self/schedstat";

  private final byte[] text = new byte[96];
  private @Nullable Thread thread;
  private @Nullable RandomAccessFile file;

  /** Nanoseconds of the calling thread, since it started. */
  long nanos() {
    Thread caller = Thread.currentThread();
    try {
      if (thread != caller) {
        close(); // the file is of the thread that opened it
        thread = caller;
        file = new RandomAccessFile(FILE, "r");
      }
      return file == null ? 0 : read(file);
    } catch (IOException | RuntimeException e) {
      close();
      return 0;
    }
  }

  /**
   * The second of three numbers: time on a processor, time without one, number of turns. Read
   * without a string, as each forward asks twice.
   */
  private long read(RandomAccessFile open) throws IOException {
    open.seek(0);
    int length = open.read(text);
    int at = 0;
    while (at < length && text[at] != ' ') {
      at++;
    }
    long nanos = 0;
    for (at++; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
      nanos = 10 * nanos + text[at] - '0';
    }
    return nanos;
  }

  @Override
  public void close() {
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // nothing was written
      }
    }
  }
}
