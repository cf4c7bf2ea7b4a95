package dev.wwts.internal.swap;

import dev.wwts.NativeMemory;
import dev.wwts.Stats;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How a slot's models go, all together: those that are open, and what is left of the others. */
final class SlotStats {
  private final Set<Generation<?>> open = new LinkedHashSet<>();
  private Stats past =
      new Stats("", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NativeMemory.NONE);

  /** A model has come, which answers from now on. */
  synchronized void opened(Generation<?> generation) {
    open.add(generation);
    past = counts(past, generation.version().sha256(), generation.version().generation());
  }

  /** A model was closed: of it only counts are left. */
  synchronized void closed(Generation<?> generation) {
    if (open.remove(generation)) {
      past = sum(past, counts(generation.model().stats(), "", 0));
    }
  }

  /** Those that are not closed. */
  synchronized List<Generation<?>> open() {
    return List.copyOf(open);
  }

  synchronized Stats all() {
    Stats all = past;
    for (Generation<?> generation : open) {
      all = sum(all, generation.model().stats());
    }
    return all;
  }

  private static Stats counts(Stats of, String sha256, long generation) {
    return new Stats(
        sha256,
        generation,
        0,
        0,
        0,
        0,
        0,
        of.accepted(),
        of.answered(),
        of.failed(),
        of.late(),
        of.abandoned(),
        of.overloaded(),
        of.closed(),
        of.waitingNanos(),
        of.batches(),
        of.pictures(),
        NativeMemory.NONE);
  }

  /** Of {@code a}'s model. */
  private static Stats sum(Stats a, Stats b) {
    return new Stats(
        a.sha256(),
        a.generation(),
        a.waiting() + b.waiting(),
        a.busyLanes() + b.busyLanes(),
        a.lanes() + b.lanes(),
        a.busyDecoders() + b.busyDecoders(),
        a.decoders() + b.decoders(),
        a.accepted() + b.accepted(),
        a.answered() + b.answered(),
        a.failed() + b.failed(),
        a.late() + b.late(),
        a.abandoned() + b.abandoned(),
        a.overloaded() + b.overloaded(),
        a.closed() + b.closed(),
        a.waitingNanos() + b.waitingNanos(),
        a.batches() + b.batches(),
        a.pictures() + b.pictures(),
        new NativeMemory(
            a.memory().model() + b.memory().model(),
            a.memory().pixels() + b.memory().pixels(),
            a.memory().pixelsInFlight() + b.memory().pixelsInFlight(),
            a.memory().files() + b.memory().files()));
  }
}
