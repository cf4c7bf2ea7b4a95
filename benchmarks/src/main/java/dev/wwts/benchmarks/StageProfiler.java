package dev.wwts.benchmarks;

import dev.wwts.Timings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * What the stages of a call took, on average, in milliseconds: on a card by its own clock. Decode
 * and preprocess are of one picture, forward and rank of the batch.
 */
public final class StageProfiler implements InternalProfiler {
  private static final String[] NAMES = {
    "decode", "upload", "preprocess", "forward", "rank", "download", "total"
  };
  private static final LongAdder CALLS = new LongAdder();
  private static final LongAdder[] NANOS = new LongAdder[NAMES.length];

  static {
    for (int i = 0; i < NANOS.length; i++) {
      NANOS[i] = new LongAdder();
    }
  }

  static void reset() {
    CALLS.reset();
    for (LongAdder each : NANOS) {
      each.reset();
    }
  }

  static void add(Timings t) {
    long[] nanos = {
      t.decode(), t.upload(), t.preprocess(), t.forward(), t.rank(), t.download(), t.total()
    };
    CALLS.increment();
    for (int i = 0; i < nanos.length; i++) {
      NANOS[i].add(nanos[i]);
    }
  }

  @Override
  public String getDescription() {
    return "Milliseconds of each stage of a recognition";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    reset();
  }

  @Override
  @SuppressWarnings("rawtypes") // as JMH declares it
  public Collection<? extends Result> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<Result<?>> results = new ArrayList<>();
    for (int i = 0; i < NAMES.length && CALLS.sum() > 0; i++) {
      double millis = Timings.millis(NANOS[i].sum()) / CALLS.sum();
      results.add(new ScalarResult("stage." + NAMES[i], millis, "ms", AggregationPolicy.AVG));
    }
    return results;
  }
}
