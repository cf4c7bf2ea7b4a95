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
import java.util.concurrent.locks.LockSupport;
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

  /** It may wait for a lock elsewhere too, which is another kind of waiting. */
  private static void untilItWaits(Thread thread) {
    while (!(LockSupport.getBlocker(thread) instanceof HandOver.Taker<?>)) {
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
    eachThingIsTakenOnce(false);
  }

  @Test
  void eachThingIsTakenOnceWhereSomeWaitForMore() throws InterruptedException {
    eachThingIsTakenOnce(true);
  }

  private void eachThingIsTakenOnce(boolean more) throws InterruptedException {
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
                  // does not fit each third time, comes too late now and then
                  thing = more ? handOver.takeMore(() -> 2_000, it -> it % 3 != 0) : null;
                  thing = thing == null ? handOver.take() : thing;
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

  @Test
  void whoHasSomethingIsGivenMoreFirst() throws InterruptedException {
    BlockingQueue<Thread> takers = new LinkedBlockingQueue<>();
    BlockingQueue<Integer> more = new LinkedBlockingQueue<>();
    long hour = TimeUnit.HOURS.toNanos(1);
    Thread idle = taker(takers);
    Thread gatherer =
        new Thread(
            () -> {
              Integer thing = handOver.takeMore(() -> hour, it -> it < 10);
              while (thing != null) {
                more.add(thing);
                thing = handOver.takeMore(() -> hour, it -> it < 10);
              }
            });
    untilItWaits(idle);
    gatherer.start();
    untilItWaits(gatherer);
    handOver.put(1);
    assertEquals(1, more.poll(10, TimeUnit.SECONDS));
    untilItWaits(gatherer);
    handOver.put(10);
    assertEquals(idle, takers.poll(10, TimeUnit.SECONDS));
    gatherer.join();
    assertEquals(0, more.size());
    handOver.end();
    idle.join();
  }

  @Test
  void whoWaitsForMoreLooksAgain() throws InterruptedException {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Thread gatherer =
        new Thread(() -> handOver.takeMore(() -> left.get() * 1_000_000L, it -> true));
    gatherer.start();
    untilItWaits(gatherer);
    handOver.lookAgain();
    assertEquals(true, gatherer.isAlive());
    left.set(0);
    handOver.lookAgain();
    gatherer.join();
  }
}
