package dev.wwts.internal.torch;

import dev.wwts.internal.threads.Uninterrupted;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A team of OpenMP's threads that only sleeps: OpenMP counts it, and while its threads outnumber
 * the processors the others spin for a moment only where they wait for each other.
 */
public final class ParkedTeam implements AutoCloseable {
  /** Elements a thread, from which LibTorch divides a loop. */
  private static final long GRAIN = 32_768;

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /** Starts one of so many threads, the one that keeps it among them. */
  public ParkedTeam(int threads) {
    thread = new Thread(null, () -> keep(threads), "wwts-spins", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
    Uninterrupted.await(started, Long.MAX_VALUE);
  }

  private void keep(int threads) {
    try {
      LibTorch.useThreads(threads);
      NativeScope.inference(() -> loop(threads));
    } finally {
      started.countDown();
    }
    Uninterrupted.await(closed, Long.MAX_VALUE);
  }

  /** A loop that takes so many threads. */
  private static Tensor loop(int threads) {
    return torch.ones(threads * GRAIN).add_(new Scalar(1));
  }

  /** Lets it go; the threads end. */
  @Override
  public void close() {
    closed.countDown();
    Uninterrupted.join(thread);
  }
}
