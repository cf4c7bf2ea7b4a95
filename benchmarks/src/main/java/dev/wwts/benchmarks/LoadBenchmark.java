package dev.wwts.benchmarks;

import dev.wwts.Answer;
import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
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
public class LoadBenchmark {
  /** The natives, the model and its warm-up, in a fresh process. */
  @Benchmark
  public Recognizer load(Model model) {
    return model.load();
  }

  /** The same and one picture. */
  @Benchmark
  public List<Recognition> firstAnswer(Model model) {
    return model.load().recognize(model.picture);
  }

  /**
   * The model is loaded again while it answers one call after the other, and takes its own place;
   * swap.worst is the longest of those calls, swap.usual the median before.
   */
  @Benchmark
  public Answer swap(Model model, Caller caller) {
    caller.slot.swap(model.file());
    return caller.slot.answer(Picture.of(model.picture));
  }

  /** What is loaded, and asked. */
  public static class Model extends Parameters {
    private byte[] picture = {};
    private @Nullable Recognizer opened;

    @Setup(Level.Trial)
    public void prepare() {
      file();
      picture = BenchmarkPictures.of("1080p");
    }

    private Recognizer load() {
      Recognizer loaded = recognizer().load();
      opened = loaded;
      return loaded;
    }

    @TearDown(Level.Trial)
    public void close() {
      if (opened != null) {
        opened.close();
      }
    }
  }

  /** Who serves, and a thread that asks it for one picture after the other. */
  @State(Scope.Benchmark)
  public static class Caller {
    private static final int CALLS_BEFORE = 5;

    private ModelSlot slot;
    private Thread thread;
    private volatile boolean over;
    private volatile double worst;
    private double usual;

    @Setup(Level.Trial)
    public void open(Model model) {
      slot = ModelSlot.builder(model.recognizer()).open();
      Picture picture = Picture.of(model.picture);
      double[] millis = new double[CALLS_BEFORE];
      Arrays.setAll(millis, i -> call(picture));
      Arrays.sort(millis);
      usual = millis[CALLS_BEFORE / 2];
      thread =
          new Thread(
              () -> {
                while (!over) {
                  worst = Math.max(worst, call(picture));
                }
              },
              "steady caller");
      thread.start();
    }

    private double call(Picture picture) {
      long start = System.nanoTime();
      slot.answer(picture);
      return (System.nanoTime() - start) / 1e6;
    }

    @TearDown(Level.Iteration)
    public void mark() {
      Marks.most("swap.worst", worst, "ms");
      Marks.most("swap.usual", usual, "ms");
    }

    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
      over = true;
      thread.join();
      slot.close();
    }
  }
}
