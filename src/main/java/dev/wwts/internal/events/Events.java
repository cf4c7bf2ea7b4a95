package dev.wwts.internal.events;

import org.jspecify.annotations.Nullable;

/**
 * Where events begin. An event is null while nobody records its kind, so that what is not recorded
 * costs a look at a flag; a Java without the module jdk.jfr, as jlink makes one, records none.
 */
public final class Events {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Events() {}

  /** A call begins. */
  public static @Nullable CallEvent call() {
    return PRESENT ? CallEvent.begun() : null;
  }

  /** A model begins to be loaded. */
  public static @Nullable LoadEvent load() {
    return PRESENT ? LoadEvent.begun() : null;
  }

  /** A slot begins to change its model. */
  public static @Nullable SwapEvent swap() {
    return PRESENT ? SwapEvent.begun() : null;
  }

  /**
   * A call was not accepted.
   *
   * @param inFlight calls that were accepted and not over
   */
  public static void refused(String model, String reason, int inFlight) {
    if (PRESENT) {
      RefusedEvent.tell(model, reason, inFlight);
    }
  }

  /**
   * Something does not run as it could.
   *
   * @param kind of remark
   * @param remark for people
   */
  public static void fellBack(String kind, String remark) {
    if (PRESENT) {
      FallbackEvent.tell(kind, remark);
    }
  }

  /**
   * Memory was too small.
   *
   * @param during "load" or "batch"
   * @param pictures of the batch; 0 while loading
   * @param requested bytes, or -1 where unknown
   * @param free bytes, or -1 where unknown
   * @param isSplit whether the batch is run in smaller parts, so that no call fails
   */
  public static void outOfMemory(
      String during, int pictures, long requested, long free, boolean isSplit) {
    if (PRESENT) {
      OutOfMemoryEvent.tell(during, pictures, requested, free, isSplit);
    }
  }
}
