package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.pixels.NativeBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Room for pixels is given in the order in which it was asked for. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PixelPoolTest {
  private static final long MIB = 1L << 20;

  private final PixelPool pool = new PixelPool(4 * MIB, NativeBuffer::new);

  @Test
  void smallPicturesDoNotKeepALargeOneOut() throws InterruptedException {
    PixelPool.Lease first = lease();
    first.reserve("first", MIB);
    PixelPool.Lease large = lease();
    Thread waits = reserving(large, 4 * MIB);
    assertThat(pool.isShort()).isTrue();

    PixelPool.Lease small = lease();
    assertThat(small.enterNow(MIB)).as("there is room, but the large one came first").isFalse();
    Thread behind = reserving(small, MIB);
    first.giveBack();
    waits.join();
    assertThat(pool.inFlight()).isEqualTo(4 * MIB);
    large.giveBack();
    behind.join();

    assertThat(pool.inFlight()).isEqualTo(MIB);
    assertThat(pool.isShort()).isFalse();
    small.giveBack();
    assertThat(pool.inFlight()).isZero();
    pool.close();
    assertThat(pool.held()).isZero();
  }

  /** A thread that waits for room. */
  private static Thread reserving(PixelPool.Lease lease, long bytes) {
    Thread thread = new Thread(() -> lease.reserve("picture", bytes));
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private PixelPool.Lease lease() {
    return pool.lease(Calls.Logits.ofSelfTest(new Nowhere(), List.of(new byte[1])));
  }
}
