package dev.wwts.internal.model;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Global;
import dev.wwts.internal.model.PickleValues.Storage;

/** What a pickle may name and call, and what comes of it. */
interface PickleRules {
  /** Whether Python's own pickler wrote it, not torch's. */
  boolean areOfPython();

  /** That global, if it may be named. */
  Global known(Global global) throws BadPickle;

  /** The storage that a persistent id names. */
  Storage storage(Object id) throws BadPickle;

  /** What a call gives; {@code isBuild} where an object gets its state. */
  Object call(Object function, Object argument, boolean isBuild) throws BadPickle;
}
