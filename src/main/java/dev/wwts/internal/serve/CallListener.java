package dev.wwts.internal.serve;

import java.util.Locale;

/** Hears how calls go; what watches a service is one of these. Called by many threads at once. */
interface CallListener {
  /** How a call went. */
  enum End {
    /** Answered, or its picture was refused. */
    ANSWERED,
    /** Not accepted, as too many wait. */
    OVERLOADED,
    /** Its deadline passed. */
    LATE,
    /** Its caller was interrupted, or cancelled it. */
    ABANDONED,
    /** Not accepted, as the recognizer is closed. */
    CLOSED,
    /** Its device, its model or the memory failed. */
    FAILED;

    /** For figures and events. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A call was accepted. */
  void accepted();

  /** A lane has run a batch of so many pictures. */
  void ran(int pictures);

  /**
   * A call has ended, or was not accepted.
   *
   * @param waiting nanoseconds that it waited for a decoder and a lane
   * @param total nanoseconds since it was accepted; 0 for one that was not
   */
  void ended(End end, long waiting, long total);
}
