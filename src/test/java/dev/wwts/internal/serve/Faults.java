package dev.wwts.internal.serve;

import dev.wwts.ModelException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.internal.serve.FaultyLane.Stage;
import java.util.concurrent.atomic.AtomicInteger;

/** What is thrown below a service, and where: at a stage of its lanes, or wherever a test says. */
final class Faults {
  static final String MESSAGE = "made by the test";

  private final AtomicInteger left = new AtomicInteger();
  private volatile Stage where = Stage.FORWARD;
  private volatile Fault what = Fault.NATIVE;

  /** What is thrown. */
  enum Fault {
    /** As JavaCPP makes of any C++ exception. */
    NATIVE,
    MODEL,
    DEVICE_MEMORY,
    /** The heap's, the C library's, or no thread. */
    MEMORY,
    STACK,
    LINK;

    Throwable make() {
      return switch (this) {
        case NATIVE -> new RuntimeException(MESSAGE);
        case MODEL -> new ModelException(ModelException.Reason.BAD_OUTPUT, MESSAGE);
        case DEVICE_MEMORY -> new OutOfDeviceMemoryException(MESSAGE, 1, 0, new RuntimeException());
        case MEMORY -> new OutOfMemoryError(MESSAGE);
        case STACK -> new StackOverflowError(MESSAGE);
        case LINK -> new UnsatisfiedLinkError(MESSAGE);
      };
    }
  }

  /** One whose lanes throw at the stage that is armed. */
  FakeEngine engine() {
    return new FakeEngine(
        () ->
            new FaultyLane(
                stage -> {
                  if (stage == where) {
                    hit();
                  }
                }));
  }

  /** The next times that the stage is come to, it throws. */
  void arm(Stage stage, Fault fault, int times) {
    where = stage;
    arm(fault, times);
  }

  /** The next {@link #hit}s throw. */
  void arm(Fault fault, int times) {
    what = fault;
    left.set(times);
  }

  void hit() {
    if (left.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
      Faults.<RuntimeException>rethrow(what.make());
    }
  }

  /** How often it would be thrown yet. */
  int left() {
    return left.get();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void rethrow(Throwable error) throws E {
    throw (E) error;
  }
}
