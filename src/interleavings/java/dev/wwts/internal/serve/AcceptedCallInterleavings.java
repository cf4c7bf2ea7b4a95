package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.Interleavings.explore;
import static dev.wwts.internal.serve.Interleavings.run;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Accepted calls are counted and end once, in whatever order threads get on. */
class AcceptedCallInterleavings {
  @Test
  void drainingEndsWithTheLastCall() {
    explore(
        "true 0 true",
        () -> {
          Admission admission = new Admission(1, 1);
          admission.enter();
          admission.enter();
          run(admission::leave, admission::leave, admission::close);
          return admission.isClosed() + " " + admission.inFlight() + " " + admission.awaitEmpty(0);
        });
  }

  @Test
  void whoDrainsIsWokenByTheLastCallOnly() {
    explore(
        "true 0",
        () -> {
          Admission admission = new Admission(1, 0);
          AtomicBoolean isEmpty = new AtomicBoolean();
          admission.enter();
          run(
              () -> {
                admission.close();
                isEmpty.set(admission.awaitEmpty(Long.MAX_VALUE));
              },
              () -> {
                if (admission.tryEnter() == Admission.Decision.ACCEPTED) {
                  admission.leave();
                }
              },
              admission::leave);
          return isEmpty + " " + admission.inFlight();
        });
  }

  @Test
  void anInterruptWhileItDrainsIsKeptForLater() {
    explore(
        "true true",
        () -> {
          Admission admission = new Admission(1, 0);
          AtomicBoolean isEmpty = new AtomicBoolean();
          AtomicBoolean isKept = new AtomicBoolean();
          admission.enter();
          admission.close();
          Thread drains =
              new Thread(
                  () -> {
                    isEmpty.set(admission.awaitEmpty(Long.MAX_VALUE));
                    isKept.set(Thread.interrupted());
                  });
          drains.start();
          drains.interrupt();
          admission.leave();
          return ended(drains) ? isEmpty + " " + isKept : "never";
        });
  }

  private static boolean ended(Thread thread) {
    try {
      thread.join();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void thereIsOneOutcomeAndItIsCountedOnce() {
    explore(
        "counted 1, as told true",
        () -> {
          AtomicInteger counted = new AtomicInteger();
          AtomicInteger failed = new AtomicInteger();
          Outcome<Integer> outcome = new Outcome<>(0, (result, why) -> counted.incrementAndGet());
          run(
              () -> outcome.set(1),
              () -> failed.addAndGet(outcome.fail(new IllegalStateException("a")) ? 1 : 0),
              () -> failed.addAndGet(outcome.fail(new IllegalStateException("b")) ? 1 : 0));
          boolean asTold = outcome.future().isCompletedExceptionally() == (failed.get() == 1);
          return "counted " + counted + ", as told " + (asTold && outcome.future().isDone());
        });
  }
}
