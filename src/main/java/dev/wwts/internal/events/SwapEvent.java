package dev.wwts.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * A slot's change from one model to the next, its loading and the old one's last calls included.
 */
@Name("wwts.Swap")
@Label("Swap")
@Description("A model took another one's place, or failed to")
@Category("wwts")
@StackTrace(false)
public final class SwapEvent extends Event {
  @Label("File")
  String file = "";

  @Label("SHA-256")
  String sha256 = "";

  @Label("Generation")
  @Description("Of the model that answers now")
  long generation;

  @Label("Swapped")
  boolean swapped;

  @Label("Error")
  @Description("Why the model that was there stays")
  String error = "";

  static @Nullable SwapEvent begun() {
    SwapEvent event = new SwapEvent();
    event.begin();
    return event.isEnabled() ? event : null;
  }

  /** The next one answers. */
  public void swapped(String from, String digest, long number) {
    end();
    file = from;
    sha256 = digest;
    generation = number;
    swapped = true;
    commit();
  }

  /** The one that was there does. */
  public void failed(String from, long number, Throwable why) {
    end();
    file = from;
    generation = number;
    error = String.valueOf(why.getMessage());
    commit();
  }
}
