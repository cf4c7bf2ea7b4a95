package dev.wwts.benchmarks;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.util.List;
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
 * Loading: in a fresh process, LibTorch's own start included, and beside a loaded model as a swap.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(2)
@State(Scope.Benchmark)
public class LoadBenchmark {
  @Param("default")
  public String model = "";

  @Param("cpu")
  public String device = "";

  @Param("fp32")
  public String precision = "";

  @Param("1")
  public int threads;

  private byte[] picture = {};

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
  public String load() {
    try (Recognizer recognizer = open()) {
      return recognizer.model().name();
    }
  }

  /** The same and one picture. */
  @Benchmark
  public List<Recognition> firstAnswer() {
    try (Recognizer recognizer = open()) {
      return recognizer.recognize(picture);
    }
  }

  /** A second recognizer of the model is loaded while one answers, then takes its place. */
  @Benchmark
  public List<Recognition> swap(Loaded loaded) {
    Recognizer next = open();
    loaded.current.close();
    loaded.current = next;
    return next.recognize(picture);
  }

  /** What serves until the swap. */
  @State(Scope.Benchmark)
  public static class Loaded {
    Recognizer current;

    @Setup(Level.Trial)
    public void open(LoadBenchmark benchmark) {
      current = benchmark.open();
      current.recognize(benchmark.picture);
    }

    @TearDown(Level.Trial)
    public void close() {
      current.close();
    }
  }
}
