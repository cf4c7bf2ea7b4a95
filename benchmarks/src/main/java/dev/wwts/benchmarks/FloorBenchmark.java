package dev.wwts.benchmarks;

import dev.wwts.internal.torch.Floor;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the device can do at best: the operations of a large matrix product and the bytes of a large
 * copy, a second. A network's floor is the larger of its operations and its weights' bytes over
 * these. The secondary results operations and bytes are those of the fastest single call, as a mean
 * would be no floor; the score counts calls.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class FloorBenchmark {
  @Param("cpu")
  public String device = "";

  @Param({"fp32", "bf16"})
  public String precision = "";

  @Param({"1", "2", "4"})
  public int threads;

  private Floor floor;

  @Setup(Level.Trial)
  public void open() {
    floor = new Floor(device, precision.toUpperCase(Locale.ROOT), threads);
  }

  /** Floating-point operations, two a multiply-add. */
  @Benchmark
  public double multiply() {
    double rate = floor.multiply();
    Marks.most("operations", rate, "ops/s");
    return rate;
  }

  /** Bytes read plus bytes written. */
  @Benchmark
  public double copy() {
    double rate = floor.copy();
    Marks.most("bytes", rate, "B/s");
    return rate;
  }

  @TearDown(Level.Trial)
  public void close() {
    Notes.ofCard(device);
    floor.close();
  }
}
