package dev.wwts.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Calls that come whether earlier ones were answered or not: at the moments of a Poisson process
 * from a seed. A call's time counts from when it was to begin, so that who stops is charged with
 * all whom he kept waiting.
 */
final class OpenLoop {
  private static final double SECOND = 1e9;

  private OpenLoop() {}

  /**
   * What came of the calls.
   *
   * @param outcomes how often what was the outcome
   * @param millis what those with the outcome that is meant took, least first
   */
  record Result(Map<String, Integer> outcomes, List<Double> millis) {
    double part(double part) {
      return millis.get((int) Math.min(millis.size() - 1, Math.floor(part * millis.size())));
    }
  }

  /**
   * Calls for some seconds.
   *
   * @param rate calls a second, on average
   * @param meant the outcome whose times are kept
   * @param call begins one, and tells its outcome
   */
  static Result run(
      double rate, int seconds, long seed, String meant, Supplier<CompletableFuture<String>> call) {
    Random random = new Random(seed);
    Map<String, Integer> outcomes = Collections.synchronizedMap(new TreeMap<>());
    List<Double> millis = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> all = new ArrayList<>();
    long begun = System.nanoTime();
    double length = seconds * SECOND;
    for (double at = 0; at < length; at -= Math.log(1 - random.nextDouble()) / rate * SECOND) {
      long due = begun + (long) at;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      all.add(
          call.get()
              .exceptionally(failure -> failure.getClass().getSimpleName())
              .thenAccept(
                  outcome -> {
                    outcomes.merge(outcome, 1, Integer::sum);
                    if (outcome.equals(meant)) {
                      millis.add((System.nanoTime() - due) / 1e6);
                    }
                  }));
    }
    all.forEach(CompletableFuture::join);
    return new Result(outcomes, millis.stream().sorted().toList());
  }

  /** Calls a second that so many callers get answered, each asking again at once. */
  static double closed(int callers, int seconds, Supplier<CompletableFuture<String>> call)
      throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    long end = begun + (long) (seconds * SECOND);
    List<CompletableFuture<Integer>> all =
        Stream.generate(() -> askUntil(end, call)).limit(callers).toList();
    int calls = 0;
    for (CompletableFuture<Integer> each : all) {
      calls += each.get();
    }
    return calls * SECOND / (System.nanoTime() - begun);
  }

  private static CompletableFuture<Integer> askUntil(
      long end, Supplier<CompletableFuture<String>> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          int calls = 0;
          while (System.nanoTime() < end) {
            call.get().join();
            calls++;
          }
          return calls;
        },
        task -> new Thread(task).start());
  }
}
