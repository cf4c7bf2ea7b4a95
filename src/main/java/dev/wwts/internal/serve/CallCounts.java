package dev.wwts.internal.serve;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls by how they end. */
final class CallCounts implements CallListener {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder waiting = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder pictures = new LongAdder();
  private final Map<End, LongAdder> ends = new EnumMap<>(End.class);

  CallCounts() {
    for (End end : End.values()) {
      ends.put(end, new LongAdder());
    }
  }

  @Override
  public void accepted() {
    accepted.increment();
  }

  @Override
  public void ran(int batch) {
    batches.increment();
    pictures.add(batch);
  }

  @Override
  public void ended(End end, long nanos, long total) {
    count(end).increment();
    waiting.add(nanos);
  }

  private LongAdder count(End end) {
    LongAdder adder = ends.get(end);
    if (adder == null) {
      throw new AssertionError(end);
    }
    return adder;
  }

  long allAccepted() {
    return accepted.sum();
  }

  long of(End end) {
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
