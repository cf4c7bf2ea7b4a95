package dev.wwts.internal.serve;

import dev.wwts.DeviceException;
import dev.wwts.PictureException;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.natives.MemoryLimits;
import org.jspecify.annotations.Nullable;

/** What calls are told for what is thrown below them, and whether their device goes on. */
final class DeviceFailure {
  private final Engine engine;

  /** That the device does nothing more in this process; empty where it does. */
  private volatile String failure = "";

  DeviceFailure(Engine engine) {
    this.engine = engine;
  }

  /**
   * Refuses calls to a device that has failed for good.
   *
   * @throws DeviceException if it has
   */
  void requireNone() {
    if (!failure.isEmpty()) {
      throw new DeviceException(failure);
    }
  }

  /** What a call throws for an error: that the device has failed, where it has, else its error. */
  Throwable typed(Throwable error) {
    if (error instanceof PictureException) {
      return error;
    }
    if (error instanceof OutOfMemoryError memory) {
      DeviceException limit = MemoryLimits.typed(memory);
      return limit == null ? error : limit;
    }
    return error instanceof RuntimeException exception ? typed(exception) : error;
  }

  private RuntimeException typed(RuntimeException error) {
    String now = engine.failure();
    if (now.isEmpty()) {
      return error;
    }
    failure = now;
    return new DeviceException(now, error);
  }

  /** Whether the device has failed, asked now. */
  boolean isThere() {
    return !engine.failure().isEmpty();
  }

  /** The same for what a making throws. */
  static RuntimeException thrown(Throwable error) {
    if (error instanceof RuntimeException exception) {
      return exception;
    }
    if (error instanceof OutOfMemoryError memory) {
      @Nullable DeviceException limit = MemoryLimits.typed(memory);
      if (limit != null) {
        return limit;
      }
    }
    if (error instanceof Error fatal) {
      throw fatal;
    }
    throw new AssertionError(error);
  }
}
