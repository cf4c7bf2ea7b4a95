package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.DeadlineExceededException;
import dev.wwts.Picture;
import dev.wwts.internal.pixels.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Room for pixels is given in the order in which it was asked for. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PixelPoolTest {
  private static final long MIB = 1L << 20;
  private static final int PICTURES = 2_000 * Integer.getInteger("wwts.stress", 1);

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

  /**
   * Pictures of all sizes, of calls that are late, cancelled or patient, by more threads than there
   * is room for; {@code -Dwwts.stress=100} tries longer.
   */
  @Test
  void noByteIsLostWhoeverGivesUp() throws Exception {
    int threads = 8;
    ExecutorService decoders = Executors.newFixedThreadPool(threads);
    ScheduledExecutorService impatient = Executors.newScheduledThreadPool(1);
    try {
      List<Callable<Integer>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Random random = new Random(i);
        all.add(() -> pictures(random, impatient));
      }
      int had = 0;
      for (Future<Integer> each : decoders.invokeAll(all)) {
        had += each.get();
      }
      assertThat(had).as("who got room").isBetween(PICTURES, threads * PICTURES);
    } finally {
      decoders.shutdownNow();
      impatient.shutdownNow();
    }
    assertThat(pool.inFlight()).isZero();
    assertThat(pool.isShort()).isFalse();
    pool.close();
    assertThat(pool.held()).isZero();
  }

  /** How many got room; those without a deadline, which nobody cancels, always do. */
  private int pictures(Random random, ScheduledExecutorService impatient) {
    int had = 0;
    for (int i = 0; i < PICTURES; i++) {
      int kind = random.nextInt(4);
      Call<?> call = call(kind == 0 ? 1 + random.nextInt(100_000) : 0);
      Future<?> cancelled =
          kind == 1
              ? impatient.schedule(
                  () -> call.abandon(new CancellationException()),
                  random.nextInt(50),
                  TimeUnit.MICROSECONDS)
              : CompletableFuture.completedFuture(0);
      PixelPool.Lease lease = pool.lease(call);
      try {
        lease.reserve("picture", (1 + random.nextInt(4)) * MIB);
        assertThat(pool.inFlight()).isBetween(MIB, 4 * MIB);
        for (int held = random.nextInt(1_000); held > 0; held--) {
          Thread.onSpinWait(); // others find no room
        }
        had++;
      } catch (DeadlineExceededException e) {
        assertThat(kind).as("late or cancelled").isLessThan(2);
      } finally {
        lease.giveBack();
        cancelled.cancel(false);
      }
    }
    return had;
  }

  private Call<?> call(long timeout) {
    Picture picture = Picture.of(new byte[1]);
    return new Call<Boolean>(new Waking(), List.of(picture), timeout) {
      @Override
      Boolean on(LaneRunner lane) {
        throw new AssertionError("There is no lane.");
      }

      @Override
      Boolean withoutPictures() {
        throw new AssertionError("Nothing is refused.");
      }
    };
  }

  /** Where somebody gives up, those who wait look again. */
  private final class Waking extends Nowhere {
    @Override
    public void abandoned(Call<?> call) {
      pool.wake();
    }
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
