package dev.wwts.convert.tflite;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;

/**
 * What is said of a file that can't be converted.
 *
 * @param file what messages call it
 */
record Faults(String file) {
  ModelException notTflite() {
    return new ModelException(Reason.NOT_A_MODEL, file + " is no TFLite file (TFL3).");
  }

  /** {@code fault} is what it does that no TFLite file does. */
  ModelException corrupt(String fault) {
    return new ModelException(Reason.CORRUPT, file + " is damaged: " + fault + "; fetch it again.");
  }

  /** {@code what} is a whole sentence's subject and verb: what the file has. */
  ModelException unsupported(String what) {
    return new ModelException(
        Reason.UNSUPPORTED,
        "%s %s, which is not converted: export the network from its framework with models/export.py."
            .formatted(file, what));
  }
}
