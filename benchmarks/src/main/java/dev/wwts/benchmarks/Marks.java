package dev.wwts.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
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

/** The largest of values that a benchmark marks while it runs, as secondary results. */
public final class Marks implements InternalProfiler {
  private record Mark(double value, String unit) {}

  private static final Map<String, Mark> MOST = new TreeMap<>();

  /** Keeps {@code value} if it is the iteration's largest of that name. */
  public static synchronized void most(String name, double value, String unit) {
    MOST.merge(name, new Mark(value, unit), (a, b) -> a.value() >= b.value() ? a : b);
  }

  private static synchronized List<Result<?>> results() {
    List<Result<?>> results = new ArrayList<>();
    MOST.forEach(
        (name, mark) ->
            results.add(new ScalarResult(name, mark.value(), mark.unit(), AggregationPolicy.MAX)));
    return results;
  }

  private static synchronized void reset() {
    MOST.clear();
  }

  @Override
  public String getDescription() {
    return "Largest values that the benchmark itself marks";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    reset();
  }

  @Override
  @SuppressWarnings("rawtypes") // as JMH declares it
  public Collection<? extends Result> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    return results();
  }
}
