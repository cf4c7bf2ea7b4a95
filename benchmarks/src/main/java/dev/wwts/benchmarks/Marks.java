package dev.wwts.benchmarks;

import dev.wwts.report.ProcessMemory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Values that a benchmark marks while it runs, as secondary results, and the process's resident
 * memory after each iteration.
 */
public final class Marks implements InternalProfiler {
  private record Mark(DoubleSummaryStatistics values, String unit, AggregationPolicy policy) {}

  private static final Map<String, Mark> MARKED = new TreeMap<>();

  /** Keeps {@code value} if it is the iteration's largest of that name. */
  static void most(String name, double value, String unit) {
    mark(name, value, unit, AggregationPolicy.MAX);
  }

  /** Adds to what the iteration's mean of that name is of. */
  static void mean(String name, double value, String unit) {
    mark(name, value, unit, AggregationPolicy.AVG);
  }

  /** The largest number of bytes, if it is known. */
  static void bytes(String name, long bytes) {
    if (bytes >= 0) {
      most(name, (double) bytes, "B");
    }
  }

  private static synchronized void mark(
      String name, double value, String unit, AggregationPolicy policy) {
    MARKED
        .computeIfAbsent(name, it -> new Mark(new DoubleSummaryStatistics(), unit, policy))
        .values
        .accept(value);
  }

  private static synchronized List<Result<?>> results() {
    List<Result<?>> results = new ArrayList<>();
    MARKED.forEach(
        (name, mark) -> {
          boolean most = mark.policy == AggregationPolicy.MAX;
          double value = most ? mark.values.getMax() : mark.values.getAverage();
          results.add(new ScalarResult(name, value, mark.unit, mark.policy));
        });
    return results;
  }

  private static synchronized void reset() {
    MARKED.clear();
  }

  @Override
  public String getDescription() {
    return "What the benchmark itself marks, and bytes of resident memory";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    reset();
  }

  @Override
  @SuppressWarnings("rawtypes") // as JMH declares it
  public Collection<? extends Result> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    bytes("memory.rss", ProcessMemory.resident());
    bytes("memory.rss.peak", ProcessMemory.peak());
    return results();
  }
}
