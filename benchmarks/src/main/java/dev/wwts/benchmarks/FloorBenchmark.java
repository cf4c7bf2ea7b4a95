package dev.wwts.benchmarks;

import dev.wwts.torch.Floor;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * What the device can do at best: operations of a large matrix product and bytes of a large copy, a
 * second. A network's floor is the larger of its operations and its weights' bytes over these.
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

  @Param("fp32")
  public String precision = "";

  @Param("1")
  public int threads;

  private Floor floor;

  @Setup(Level.Trial)
  public void open() {
    floor = new Floor(device, precision.toUpperCase(Locale.ROOT), threads);
  }

  /** Operations a second. */
  @Benchmark
  public void multiply(Operations counter) {
    counter.operations += floor.multiply();
  }

  /** Bytes read and written a second. */
  @Benchmark
  public void copy(Bytes counter) {
    counter.bytes += floor.copy();
  }

  @TearDown(Level.Trial)
  public void close() {
    floor.close();
  }

  /** Floating-point operations, two a multiply-add. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Operations {
    public double operations;
  }

  /** Bytes read plus bytes written. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Bytes {
    public double bytes;
  }
}
