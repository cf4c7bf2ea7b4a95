package dev.wwts.internal.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is given what, and that nothing is lost on the way. */
@Timeout(60)
class HandOverTest {
  private final HandOver<Integer> handOver = new HandOver<>(1_000);

  @Test
  void whatComesFirstIsTakenFirst() {
    handOver.put(2);
    handOver.putAll(List.of(3, 4));
    handOver.putFirst(1);
    handOver.end();
    assertEquals(List.of(1, 2, 3, 4), List.of(taken(), taken(), taken(), taken()));
    assertNull(handOver.take());
  }

  private int taken() {
    Integer thing = handOver.take();
    return thing == null ? -1 : thing;
  }

  @Test
  void whatIsTakenOutIsNotTaken() {
    handOver.putAll(List.of(1, 2, 3, 4));
    assertEquals(2, handOver.removeIf(each -> each % 2 == 0));
    assertEquals(2, handOver.size());
    assertEquals(List.of(1, 3), List.of(taken(), taken()));
    assertEquals(0, handOver.size());
  }

  /** A lane that has just run has its network's buffers in its caches. */
  @Test
  void oneWhoWaitsSinceLastIsGivenTheNext() throws InterruptedException {
    BlockingQueue<Thread> takers = new LinkedBlockingQueue<>();
    Thread first = taker(takers);
    untilItWaits(first);
    Thread second = taker(takers);
    untilItWaits(second);
    for (int i = 0; i < 10; i++) {
      handOver.put(i);
      assertEquals(second, takers.poll(10, TimeUnit.SECONDS));
      untilItWaits(second);
    }
    handOver.end();
    first.join();
    second.join();
  }

  private Thread taker(BlockingQueue<Thread> takers) {
    Thread thread =
        new Thread(
            () -> {
              while (handOver.take() != null) {
                takers.add(Thread.currentThread());
              }
            });
    thread.start();
    return thread;
  }

  private static void untilItWaits(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void interruptsWakeNobodyAndStay() throws InterruptedException {
    BlockingQueue<Boolean> flags = new LinkedBlockingQueue<>();
    Thread thread =
        new Thread(
            () -> {
              Integer thing = handOver.take();
              flags.add(Thread.interrupted() && thing != null);
            });
    thread.start();
    untilItWaits(thread);
    thread.interrupt();
    handOver.put(1);
    assertEquals(true, flags.poll(10, TimeUnit.SECONDS));
    thread.join();
  }

  @Test
  void eachThingIsTakenOnce() throws InterruptedException {
    int puts = 20_000;
    AtomicInteger twice = new AtomicInteger();
    ConcurrentHashMap<Integer, Integer> seen = new ConcurrentHashMap<>();
    List<Thread> takers = new ArrayList<>();
    List<Thread> putters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread taker =
          new Thread(
              () -> {
                Integer thing = handOver.take();
                while (thing != null) {
                  twice.addAndGet(seen.put(thing, thing) == null ? 0 : 1);
                  thing = handOver.take();
                }
              });
      taker.start();
      takers.add(taker);
    }
    for (int i = 0; i < 3; i++) {
      int from = i * puts;
      Thread putter =
          new Thread(
              () -> {
                for (int n = 0; n < puts; n++) {
                  handOver.put(from + n);
                }
              });
      putter.start();
      putters.add(putter);
    }
    for (Thread putter : putters) {
      putter.join();
    }
    handOver.end();
    for (Thread taker : takers) {
      taker.join();
    }
    assertEquals(0, twice.get());
    assertEquals(3 * puts, seen.size());
  }
}
