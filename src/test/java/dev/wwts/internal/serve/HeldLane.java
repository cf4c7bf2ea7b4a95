package dev.wwts.internal.serve;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lanes whose networks hang until they are let go, each forward once. */
final class HeldLane extends FakeLane {
  private final Gate gate;

  HeldLane(Gate gate) {
    this.gate = gate;
  }

  /** Where they hang. */
  static final class Gate {
    private volatile CountDownLatch reached = new CountDownLatch(0);
    private volatile CountDownLatch opened = new CountDownLatch(0);

    /** From now on the next {@code lanes} forwards hang. */
    void shut(int lanes) {
      reached = new CountDownLatch(lanes);
      opened = new CountDownLatch(1);
    }

    /** Waits until they do. */
    void awaitHeld() throws InterruptedException {
      if (!reached.await(1, TimeUnit.MINUTES)) {
        throw new AssertionError("No forward began.");
      }
    }

    void open() {
      opened.countDown();
    }

    void pass() {
      reached.countDown();
      try {
        opened.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void forward(int n) {
    gate.pass();
  }
}
