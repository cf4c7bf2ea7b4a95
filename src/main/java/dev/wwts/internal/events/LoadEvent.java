package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A model's loading: reading, checking, warming up, testing. */
@Name("wwts.Load")
@Label("Load")
@Description("A model was loaded, or failed to")
@Category("wwts")
@StackTrace(false)
public final class LoadEvent extends Event {
  @Label("File")
  String file = "";

  @Label("Model")
  String model = "";

  @Label("Device")
  String device = "";

  @Label("Precision")
  String precision = "";

  @Label("Loaded")
  boolean loaded;

  @Label("Error")
  @Description("Why it was not loaded")
  String error = "";

  static @Nullable LoadEvent begun() {
    LoadEvent event = new LoadEvent();
    event.begin();
    return event.isEnabled() ? event : null;
  }

  /** It is loaded. */
  public void loaded(String from, String name, String onDevice, String inPrecision) {
    end();
    file = from;
    model = name;
    device = onDevice;
    precision = inPrecision;
    loaded = true;
    commit();
  }

  /** It is not. */
  public void failed(String from, Throwable why) {
    end();
    file = from;
    error = String.valueOf(why.getMessage());
    commit();
  }
}
