package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.OverloadedException;
import dev.wwts.RecognizerClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * So many calls and no more, all of which are waited for; {@code -Dwwts.stress=100} tries longer.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdmissionTest {
  private static final int THREADS = 16;
  private static final int CALLS = 500;
  private static final int ROUNDS = 100 * Integer.getInteger("wwts.stress", 1);

  @Test
  void thoseBeyondAreRefusedAndNoneAfterTheEnd() {
    Admission admission = new Admission(1, 2);
    for (int i = 0; i < 3; i++) {
      admission.enter();
    }
    assertThatThrownBy(admission::enter)
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("2 calls wait");
    admission.leave();
    admission.enter();
    admission.close();
    assertThatThrownBy(admission::enter).isInstanceOf(RecognizerClosedException.class);
    assertThat(admission.inFlight()).isEqualTo(3);
    assertThat(admission.awaitEmpty(0)).isFalse();
    for (int i = 0; i < 3; i++) {
      admission.leave();
    }
    admission.close();
    assertThat(admission.awaitEmpty(0)).isTrue();
    assertThat(admission.inFlight()).isZero();
  }

  /** Millions of calls, while it closes at any moment; who waits for the last is interrupted. */
  @Test
  void noPlaceIsLostAndTheLastCallIsWaitedFor() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Round calls = new Round(1 + round % 3, round % 5, round * 7919 % (THREADS * CALLS));
        List<Callable<Integer>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          all.add(calls::calls);
        }
        all.add(calls::close);
        int told = 0;
        for (Future<Integer> each : threads.invokeAll(all)) {
          told += each.get();
        }
        assertThat(told).as("outcomes").isEqualTo(THREADS * CALLS);
        assertThat(calls.most.get()).isLessThanOrEqualTo(calls.places);
        assertThat(calls.admission.inFlight()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** It closes when some call has come. */
  private static final class Round {
    private final int places;
    private final Admission admission;
    private final CountDownLatch untilClosed;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    Round(int running, int queue, int closesAt) {
      this.places = running + queue;
      this.admission = new Admission(running, queue);
      this.untilClosed = new CountDownLatch(closesAt);
    }

    /** How many had an outcome. */
    int calls() {
      int told = 0;
      boolean isClosed = false;
      for (int i = 0; i < CALLS; i++) {
        untilClosed.countDown();
        try {
          admission.enter();
          assertThat(isClosed).as("accepted after a refusal for ever").isFalse();
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          inside.decrementAndGet();
          admission.leave();
        } catch (OverloadedException e) {
          assertThat(isClosed).isFalse();
        } catch (RecognizerClosedException e) {
          isClosed = true;
        }
        told++;
      }
      return told;
    }

    int close() throws InterruptedException {
      untilClosed.await();
      admission.close();
      Thread.currentThread().interrupt();
      assertThat(admission.awaitEmpty(TimeUnit.MINUTES.toNanos(5))).isTrue();
      assertThat(Thread.interrupted()).as("kept for later").isTrue();
      assertThat(inside.get()).as("calls after the last").isZero();
      return 0;
    }
  }
}
