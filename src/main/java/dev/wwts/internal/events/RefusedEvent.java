package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A call that was not accepted. */
@Name("wwts.Refused")
@Label("Refused Call")
@Description("A call was not accepted")
@Category("wwts")
@StackTrace(false)
final class RefusedEvent extends Event {
  @Label("Model")
  String model = "";

  @Label("Reason")
  @Description("overloaded or closed")
  String reason = "";

  @Label("Calls in Flight")
  int inFlight;

  static void tell(String model, String reason, int inFlight) {
    RefusedEvent event = new RefusedEvent();
    if (event.shouldCommit()) {
      event.model = model;
      event.reason = reason;
      event.inFlight = inFlight;
      event.commit();
    }
  }
}
