package dev.wwts.benchmarks;

import dev.wwts.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A step that gave no figure.
 *
 * @param error why, in one line
 */
record Failure(String benchmark, Map<String, String> params, String error) {
  private static final String OUT_OF_MEMORY = "out of memory";
  private static final int LONGEST = 400;

  /** The messages of an exception, its causes and what JMH hangs on it: the innermost say most. */
  static Failure of(Step step, Throwable thrown) {
    List<String> words = new ArrayList<>();
    collect(thrown, words, Collections.newSetFromMap(new IdentityHashMap<>()));
    Collections.reverse(words);
    String error = String.join(" / ", words.stream().distinct().toList()).replaceAll("\\s+", " ");
    return new Failure(
        step.benchmark(),
        step.params(),
        error.length() > LONGEST ? error.substring(0, LONGEST) + "…" : error);
  }

  private static void collect(Throwable thrown, List<String> words, Set<Throwable> seen) {
    if (!seen.add(thrown)) {
      return;
    }
    String message =
        thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    words.add(thrown instanceof OutOfDeviceMemoryException ? OUT_OF_MEMORY + ": " + message : message);
    if (thrown.getCause() != null) {
      collect(thrown.getCause(), words, seen);
    }
    for (Throwable each : thrown.getSuppressed()) {
      collect(each, words, seen);
    }
  }

  /** Whether the device's memory was too small: that is an answer, not a fault of the run. */
  boolean isOutOfMemory() {
    return error.toLowerCase(Locale.ROOT).contains(OUT_OF_MEMORY);
  }
}
