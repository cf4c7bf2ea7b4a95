package dev.wwts.internal.head;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.file.Path;
import java.util.Map;

/**
 * What all readouts gave for one picture.
 *
 * @param each by readout
 */
public record Readings(Map<Readout, Reading> each) {
  /** Copies the map. */
  public Readings {
    each = Map.copyOf(each);
  }

  /** What one of them gave. */
  public Reading of(Readout readout) {
    Reading reading = each.get(readout);
    if (reading == null) {
      throw new IllegalArgumentException("Nobody reads " + readout + ".");
    }
    return reading;
  }

  /**
   * This, if what decides is finite in each.
   *
   * @param model the file that answered
   * @throws ModelException if it is not
   */
  public Readings finite(Path model) {
    for (Reading reading : each.values()) {
      if (!reading.isFinite()) {
        throw new ModelException(
            Reason.BAD_OUTPUT,
            model
                + ": the network's output is not finite: its weights or its precision are unfit.");
      }
    }
    return this;
  }
}
