package dev.wwts.benchmarks;

import dev.wwts.DeviceMemory;
import dev.wwts.Recognizer;
import dev.wwts.report.ProcessMemory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Memory after each iteration, in bytes: the process's resident set, now and at most since its
 * start, and on a card what the recognizer's allocator and the driver count.
 */
public final class MemoryProfiler implements InternalProfiler {
  private static @Nullable DeviceMemory last;

  /** At an iteration's end, while the recognizer is open. */
  static synchronized void record(Recognizer recognizer) {
    last = recognizer.memory().orElse(null);
  }

  private static synchronized Optional<DeviceMemory> device() {
    return Optional.ofNullable(last);
  }

  @Override
  public String getDescription() {
    return "Bytes of resident memory and VRAM";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  @SuppressWarnings("rawtypes") // as JMH declares it
  public Collection<? extends Result> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<Result<?>> results = new ArrayList<>();
    add(results, "memory.rss", ProcessMemory.resident());
    add(results, "memory.rss.peak", ProcessMemory.peak());
    device()
        .ifPresent(
            memory -> {
              add(results, "memory.vram.weights", memory.weights());
              add(results, "memory.vram.peak", memory.weights() + memory.activationsPeak());
              add(results, "memory.vram.reserved", memory.reserved());
              add(results, "memory.vram.process", memory.process());
            });
    return results;
  }

  private static void add(List<Result<?>> results, String name, long bytes) {
    if (bytes >= 0) {
      results.add(new ScalarResult(name, bytes, "B", AggregationPolicy.MAX));
    }
  }
}
