package dev.wwts.internal.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.ModelInfo;
import dev.wwts.ModelVersion;
import dev.wwts.NativeMemory;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Stats;
import dev.wwts.SwapException;
import dev.wwts.SwapListener;
import dev.wwts.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens around a swap, with models that do nothing. */
class GenerationsTest {
  private static final ThreadFactory NO_THREADS =
      work ->
          new Thread(work) {
            @Override
            public synchronized void start() {
              throw new OutOfMemoryError("unable to create native thread");
            }
          };

  private final MemoryGate gate = new MemoryGate(0);
  private final List<ModelVersion> retired = new ArrayList<>();

  @Test
  void whatALoadThrowsLeavesTheOldOneAndTheWayFree() {
    Generations<Fake> slot = open();

    assertThatThrownBy(
            () ->
                swap(
                    slot,
                    () -> {
                      throw new OutOfMemoryError("none left");
                    }))
        .isInstanceOf(OutOfMemoryError.class);

    assertThat(slot.current().version().generation()).isEqualTo(1);
    assertThat(swap(slot, Fake::new).generation()).isEqualTo(2);
    slot.close();
  }

  @Test
  void aCandidateThatIsNotLetInIsClosed() {
    Generations<Fake> slot = open();
    Fake failing = new Fake(false);

    assertThatThrownBy(() -> swap(slot, () -> failing)).isInstanceOf(SwapException.class);

    assertThat(failing.closed).hasValue(1);
    assertThat(slot.current().model().closed).hasValue(0);
    slot.close();
  }

  @Test
  void anOldOneIsClosedThoughThereIsNoThreadForIt() {
    Generations<Fake> slot = open();
    Generation<Fake> old = slot.current();
    Retirement retirement =
        new Retirement(it -> retired.add(it.version()), NO_THREADS, Duration.ofMinutes(1));

    retirement.retire(old, Thread.currentThread());
    retirement.await();

    assertThat(old.model().closed).hasValue(1);
    assertThat(retired).containsExactly(old.version());
  }

  @Test
  void whereThereIsNoThreadASwapDoesNotWaitForEver() {
    Generation<Fake> old = open().current();
    Generation<Fake> next = open().current();
    assertThat(old.enter()).isTrue();
    Retirement retirement =
        new Retirement(it -> retired.add(it.version()), NO_THREADS, Duration.ofMillis(1));

    retirement.retire(old, Thread.currentThread());
    assertThat(old.model().closed).as("still used").hasValue(0);
    old.leave();
    retirement.retire(next, Thread.currentThread());

    assertThat(old.model().closed).hasValue(1);
    assertThat(next.model().closed).hasValue(1);
    retirement.await();
    assertThat(retired).hasSize(2);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoUsesAnOldOneMayCloseTheSlot() {
    Generation<Fake> old = open().current();
    assertThat(old.enter()).isTrue();
    old.enterCaller();
    Retirement retirement =
        new Retirement(it -> retired.add(it.version()), Thread::new, Duration.ofMillis(1));

    retirement.retire(old, Thread.currentThread());
    retirement.await();
    assertThat(old.model().closed).as("still used").hasValue(0);
    old.leaveCaller();
    old.leave();
    retirement.await();

    assertThat(old.model().closed).hasValue(1);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoUsesAnOldOneMaySwapWithoutWaitingForHimself() {
    Generation<Fake> old = open().current();
    Generation<Fake> left = open().current();
    Duration tooLong = Duration.ofHours(1);
    for (Generation<Fake> each : List.of(old, left)) {
      assertThat(each.enter()).isTrue();
      each.enterCaller();
    }
    Retirement retirement = new Retirement(it -> retired.add(it.version()), Thread::new, tooLong);
    Retirement withoutThreads =
        new Retirement(it -> retired.add(it.version()), NO_THREADS, tooLong);

    retirement.retire(old, Thread.currentThread());
    withoutThreads.retire(left, Thread.currentThread());
    assertThat(old.model().closed).as("still used").hasValue(0);
    for (Generation<Fake> each : List.of(old, left)) {
      each.leaveCaller();
      each.leave();
    }
    retirement.await();
    withoutThreads.await();

    assertThat(retired).containsExactly(old.version(), left.version());
  }

  @Test
  void anOldOneThatCanNotBeFreedStopsNothing() {
    Generations<Fake> slot = open();
    Fake stubborn =
        new Fake() {
          @Override
          public void close() {
            super.close();
            throw new IllegalStateException("will not");
          }
        };
    swap(slot, () -> stubborn);

    assertThat(swap(slot, Fake::new).generation()).isEqualTo(3);

    assertThat(stubborn.closed).hasValue(1);
    assertThat(retired).extracting(ModelVersion::generation).containsExactly(1L);
    slot.close();
  }

  @Test
  void closingEndsASwapThatIsOnItsWay() throws Exception {
    Generations<Fake> slot = open();
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Fake late = new Fake();
    CompletableFuture<ModelVersion> swap =
        CompletableFuture.supplyAsync(
            () ->
                swap(
                    slot,
                    () -> {
                      loading.countDown();
                      await(mayEnd);
                      return late;
                    }));
    await(loading);
    Fake present = slot.current().model();
    CountDownLatch refuses = new CountDownLatch(1);
    present.onClose = refuses::countDown;

    CompletableFuture<Void> close = CompletableFuture.runAsync(slot::close);
    await(refuses);
    assertThat(close).as("waits for the swap").isNotDone();
    mayEnd.countDown();

    close.get(1, TimeUnit.MINUTES);
    assertThatThrownBy(() -> swap.get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(SwapException.class)
        .hasMessageContaining("closed");
    assertThat(late.closed).hasValue(1);
    assertThat(present.closed).hasValue(1);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aListenerMaySwap() {
    List<Generations<Fake>> slot = new ArrayList<>();
    List<Long> seen = new ArrayList<>();
    SwapListener back =
        new SwapListener() {
          @Override
          public void failed(Path file, RuntimeException why) {
            seen.add(swap(slot.get(0), Fake::new).generation());
          }

          @Override
          public void swapped(ModelVersion before, ModelVersion now) {
            if (now.generation() == 3) {
              seen.add(swap(slot.get(0), Fake::new).generation());
            }
          }
        };
    slot.add(open(List.of(retiring(), back)));
    assertThatThrownBy(() -> swap(slot.get(0), () -> new Fake(false)))
        .isInstanceOf(SwapException.class);
    swap(slot.get(0), Fake::new);

    assertThat(seen).containsExactly(2L, 4L);
    assertThat(slot.get(0).current().version().generation()).isEqualTo(4);
    slot.get(0).close();
    assertThat(retired).extracting(ModelVersion::generation).containsExactlyInAnyOrder(1L, 2L, 3L);
  }

  @Test
  void oneModelIsLoadedAtATimeBehindAGate() throws Exception {
    List<Generations<Fake>> slots = List.of(open(), open(), open());
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Supplier<Fake> counted =
        () -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          now.decrementAndGet();
          return new Fake();
        };
    List<CompletableFuture<?>> swaps = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Generations<Fake> slot = slots.get(i % 3);
      swaps.add(CompletableFuture.runAsync(() -> swap(slot, counted)));
    }
    for (CompletableFuture<?> swap : swaps) {
      swap.get(1, TimeUnit.MINUTES);
    }

    assertThat(most).hasValue(1);
    for (Generations<Fake> slot : slots) {
      assertThat(slot.current().version().generation()).isEqualTo(21);
      slot.close();
    }
    assertThat(retired).hasSize(60);
  }

  @Test
  void countsGoOnWhenAModelGoes() {
    Generations<Fake> slot = open();
    swap(slot, Fake::new);
    swap(slot, Fake::new);

    assertThat(slot.stats().answered()).isEqualTo(6);
    assertThat(slot.stats().waitingNanos()).isEqualTo(21);
    assertThat(slot.stats().lanes()).as("of the model that is open").isEqualTo(1);
    assertThat(slot.stats().generation()).isEqualTo(3);
    assertThat(slot.stats().sha256()).isEqualTo(slot.current().version().sha256()).hasSize(64);
    slot.close();
  }

  private Generations<Fake> open() {
    return open(List.of(retiring()));
  }

  private Generations<Fake> open(List<SwapListener> listeners) {
    return new Generations<>(
        wish(Fake::new), new ModelLoader(gate, false), new RecentPictures(0, 0), listeners);
  }

  private SwapListener retiring() {
    return new SwapListener() {
      @Override
      public void retired(ModelVersion version) {
        synchronized (retired) {
          retired.add(version);
        }
      }
    };
  }

  private static Wish<Fake> wish(Supplier<Fake> load) {
    // pinned, so that nothing looks for the file
    return new Wish<>(Path.of("fake.pt"), "0".repeat(64), Precision.AUTO, load);
  }

  private static ModelVersion swap(Generations<Fake> slot, Supplier<Fake> load) {
    return slot.swap(() -> wish(load), Path.of("fake.pt"));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static class Fake implements Candidate {
    final AtomicInteger closed = new AtomicInteger();
    private final boolean passes;
    private volatile Runnable onClose = () -> {};

    Fake() {
      this(true);
    }

    Fake(boolean passes) {
      this.passes = passes;
    }

    @Override
    public ModelInfo model() {
      return new ModelInfo(
          "fake",
          "test",
          "",
          true,
          1,
          1,
          List.of("one"),
          0,
          false,
          0,
          Device.CPU,
          Precision.FP32,
          1);
    }

    @Override
    public Verification verify() {
      return new Verification("fake", 1, 1, passes ? 1 : 0, 0, 0, 0, 0, 1, 1, 0, 0, passes);
    }

    @Override
    public Answer.Recognized answer(Picture picture) {
      throw new AssertionError("is asked nothing");
    }

    @Override
    public void requireCaller() {}

    @Override
    public Stats stats() {
      return new Stats("", 0, 0, 0, 1, 0, 1, 2, 2, 0, 0, 0, 0, 0, 7, 2, 2, NativeMemory.NONE);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
      onClose.run();
    }
  }
}
