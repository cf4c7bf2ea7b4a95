package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Memory, a device's or the machine's, that was too small for a model or a batch. */
@Name("wwts.OutOfMemory")
@Label("Out of Memory")
@Description("Memory was too small for a model or a batch")
@Category("wwts")
@StackTrace(false)
final class OutOfMemoryEvent extends Event {
  @Label("During")
  @Description("load or batch")
  String during = "";

  @Label("Pictures")
  int pictures;

  @Label("Requested")
  @Description("-1 where unknown")
  @DataAmount
  long requested;

  @Label("Free")
  @Description("-1 where unknown")
  @DataAmount
  long free;

  @Label("Split")
  @Description("Whether the batch is run in smaller parts, so that no call fails")
  boolean split;

  static void tell(String during, int pictures, long requested, long free, boolean isSplit) {
    OutOfMemoryEvent event = new OutOfMemoryEvent();
    if (event.shouldCommit()) {
      event.during = during;
      event.pictures = pictures;
      event.requested = requested;
      event.free = free;
      event.split = isSplit;
      event.commit();
    }
  }
}
