package dev.wwts;

import dev.wwts.internal.swap.NewestFile;
import dev.wwts.internal.swap.SwapThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the next model of a {@link ModelSlot} until it is closed; see {@link
 * ModelSlot#watch(Path)}. It looks by itself instead of being told by the system, which says
 * nothing of network file systems, of what a symbolic link leads to, or beyond a number of watches.
 */
public final class ModelWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelWatch.class);

  private final NewestFile newest;
  private final Duration rest;
  private final BooleanSupplier isWanted;
  private final Consumer<Path> found;
  private final CountDownLatch closed = new CountDownLatch(1);

  private ModelWatch(
      Path fileOrFolder, Duration rest, BooleanSupplier isWanted, Consumer<Path> found) {
    this.newest = new NewestFile(fileOrFolder);
    this.rest = rest;
    this.isWanted = isWanted;
    this.found = found;
  }

  /**
   * Starts one.
   *
   * @param isWanted whether anybody still wants to hear of files
   */
  static ModelWatch start(
      Path fileOrFolder, Duration rest, BooleanSupplier isWanted, Consumer<Path> found) {
    if (rest.isNegative() || rest.isZero()) {
      throw new IllegalArgumentException("A file must rest for some time, not " + rest + ".");
    }
    ModelWatch watch = new ModelWatch(fileOrFolder, rest, isWanted, found);
    SwapThread.of(watch::watch, "wwts-watch").start();
    return watch;
  }

  private void watch() {
    try {
      do {
        look();
      } while (!closed.await(rest.toNanos(), TimeUnit.NANOSECONDS) && isWanted.getAsBoolean());
    } catch (InterruptedException e) {
      // nobody knows this thread to interrupt it
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      newest.look().ifPresent(found);
    } catch (RuntimeException | Error e) {
      // the next file may be a better one
      LOG.warn("Looking for the next model failed.", e);
    }
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Ends it, without waiting for a swap that is on its way. */
  @Override
  public void close() {
    closed.countDown();
  }
}
