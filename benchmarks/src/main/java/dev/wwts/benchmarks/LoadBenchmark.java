package dev.wwts.benchmarks;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * Loading: in a fresh process, LibTorch's own start included, and beside a loaded model as a swap.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(3)
@State(Scope.Benchmark)
public class LoadBenchmark {
  @Param({"small", "base", "large"})
  public String model = "";

  @Param("cpu")
  public String device = "";

  @Param({"fp32", "bf16"})
  public String precision = "";

  @Param({"1", "2", "4"})
  public int threads;

  private byte[] picture = {};
  private @Nullable Recognizer opened;

  @Setup(Level.Trial)
  public void prepare() {
    BenchmarkModels.of(model);
    picture = BenchmarkPictures.of("1080p");
  }

  private Recognizer open() {
    return Recognizer.builder(BenchmarkModels.of(model))
        .device(Device.parse(device))
        .precision(Precision.valueOf(precision.toUpperCase(Locale.ROOT)))
        .threads(threads)
        .load();
  }

  /** The natives, the model and its warm-up, in a fresh process. */
  @Benchmark
  public Recognizer load() {
    opened = open();
    return opened;
  }

  /** The same and one picture. */
  @Benchmark
  public List<Recognition> firstAnswer() {
    opened = open();
    return opened.recognize(picture);
  }

  /**
   * A second recognizer of the model is loaded while the first answers one call after the other,
   * then takes its place; swap.worst is the longest of those calls, swap.usual the median before.
   */
  @Benchmark
  public List<Recognition> swap(Caller caller) {
    Recognizer next = open();
    Recognizer last = caller.replace(next);
    last.close();
    return next.recognize(picture);
  }

  @TearDown(Level.Trial)
  public void close() {
    if (opened != null) {
      opened.close();
    }
  }

  /** What serves until the swap, and who asks it. */
  @State(Scope.Benchmark)
  public static class Caller {
    private static final int CALLS_BEFORE = 5;

    private @Nullable SteadyCaller caller;
    private double usual;

    @Setup(Level.Trial)
    public void open(LoadBenchmark benchmark) {
      caller = new SteadyCaller(benchmark.open(), benchmark.picture);
      usual = caller.start(CALLS_BEFORE);
    }

    Recognizer replace(Recognizer next) {
      return Objects.requireNonNull(caller).replace(next);
    }

    @TearDown(Level.Iteration)
    public void mark() {
      Marks.most("swap.worst", Objects.requireNonNull(caller).worstMillis(), "ms");
      Marks.most("swap.usual", usual, "ms");
    }

    @TearDown(Level.Trial)
    public void close() {
      Objects.requireNonNull(caller).close();
    }
  }
}
