package dev.wwts.cli;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.Recognizer;
import java.io.PrintWriter;
import java.nio.file.Path;

/** The test that a model passes before it is put where it is used. */
final class SelfTests {
  private SelfTests() {}

  /**
   * Replays it, and prints what came.
   *
   * @throws ModelException if it did not pass
   */
  static void require(Path model, PrintWriter out) {
    try (Recognizer recognizer = Recognizer.load(model)) {
      if (!Verify.replay(recognizer, out)) {
        throw new ModelException(
            Reason.BAD_OUTPUT,
            "The model does not answer here as its reference does, and was not kept: wwts doctor tells what this machine has.");
      }
    }
  }
}
