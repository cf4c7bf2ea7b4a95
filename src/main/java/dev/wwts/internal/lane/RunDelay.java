package dev.wwts.internal.lane;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
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

  /** The second of three numbers: time on a processor, time without one, number of turns. */
  private long read(RandomAccessFile open) throws IOException {
    open.seek(0);
    int length = Math.max(0, open.read(text));
    String[] numbers = new String(text, 0, length, StandardCharsets.US_ASCII).split(" ", 3);
    return numbers.length < 3 ? 0 : Long.parseLong(numbers[1]);
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
