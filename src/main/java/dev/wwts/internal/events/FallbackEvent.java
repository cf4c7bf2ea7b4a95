package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Something that does not run as it could; the log and the remarks say the same. */
@Name("wwts.Fallback")
@Label("Fallback")
@Description("Something does not run as it could")
@Category("wwts")
@StackTrace(false)
final class FallbackEvent extends Event {
  @Label("Kind")
  String kind = "";

  @Label("Remark")
  String remark = "";

  static void tell(String kind, String remark) {
    FallbackEvent event = new FallbackEvent();
    if (event.shouldCommit()) {
      event.kind = kind;
      event.remark = remark;
      event.commit();
    }
  }
}
