package dev.wwts.pull;

import dev.wwts.ModelException;
import java.nio.file.Path;

/** Looks at a finished model before it gets its name. */
@FunctionalInterface
public interface ModelCheck {
  /**
   * Replays its self-test.
   *
   * @throws ModelException if it does not answer as the reference
   */
  void require(Path model);
}
