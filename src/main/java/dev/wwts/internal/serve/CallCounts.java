package dev.wwts.internal.serve;

import dev.wwts.CallEnd.Outcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls by how they end. */
final class CallCounts {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder waiting = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder pictures = new LongAdder();
  private final Map<Outcome, LongAdder> ends = new EnumMap<>(Outcome.class);

  CallCounts() {
    for (Outcome end : Outcome.values()) {
      ends.put(end, new LongAdder());
    }
  }

  void accepted() {
    accepted.increment();
  }

  /** A lane has run a batch. */
  void ran(int batch) {
    batches.increment();
    pictures.add(batch);
  }

  /** A call has ended so, or was not accepted, after so many nanoseconds of waiting. */
  void ended(Outcome end, long nanos) {
    count(end).increment();
    waiting.add(nanos);
  }

  private LongAdder count(Outcome end) {
    LongAdder adder = ends.get(end);
    if (adder == null) {
      throw new AssertionError(end);
    }
    return adder;
  }

  long allAccepted() {
    return accepted.sum();
  }

  long of(Outcome end) {
    return count(end).sum();
  }

  long batches() {
    return batches.sum();
  }

  long pictures() {
    return pictures.sum();
  }

  long waiting() {
    return waiting.sum();
  }
}
