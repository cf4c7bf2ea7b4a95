package dev.wwts.benchmarks;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.Timings;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.util.Collections;
import java.util.List;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/** Bytes of a JPEG to the five best labels; one operation is one batch. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 3, time = 4)
@Fork(1)
public class RecognizeBenchmark {
  @Benchmark
  public List<Answer> recognize(Subject subject) {
    return subject.answer();
  }

  /** Several callers at once, JMH's -t, each with a lane of its own; one operation is one batch. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  public List<Answer> throughput(Subject subject, Callers callers) {
    return subject.answer();
  }

  /** How many call at once: a parameter, so that viewers of JMH's JSON tell the entries apart. */
  @State(Scope.Benchmark)
  public static class Callers {
    @Param({"1", "2", "4"})
    public int callers;

    /** JMH does not set its threads by a parameter. */
    @Setup(Level.Trial)
    public void check(BenchmarkParams run) {
      if (run.getThreads() != callers) {
        throw new IllegalArgumentException(
            "callers=%d needs JMH's -t %d.".formatted(callers, callers));
      }
    }
  }

  /** A recognizer under test, warmed up for its batch, and the batch. */
  public static class Subject extends Parameters {
    @Param({"1", "4", "8", "16"})
    public int batch;

    @Param({"640x480", "1080p", "12mp"})
    public String picture = "";

    /** Bytes of VRAM, to stand in for a smaller card; 0 for no budget. */
    @Param("0")
    public long budget;

    private Recognizer recognizer;
    private List<Picture> pictures = List.of();

    /** Loads the model; the recognizer's own warm-up runs this batch. */
    @Setup(Level.Trial)
    public void open(BenchmarkParams run) {
      RecognizerBuilder builder = recognizer().lanes(run.getThreads()).batchSizes(batch);
      recognizer = (budget > 0 ? builder.vramBudget(budget) : builder).load();
      pictures = Collections.nCopies(batch, Picture.of(BenchmarkPictures.of(picture)));
    }

    /** Bytes to the five best labels of every picture of the batch. */
    List<Answer> answer() {
      List<Answer> answers = recognizer.answers(pictures);
      mark(((Answer.Recognized) answers.get(0)).timings());
      return answers;
    }

    /** On a card by its own clock. Decode and preprocess are of one picture, the others of all. */
    private static void mark(Timings t) {
      stage("decode", t.decode());
      stage("upload", t.upload());
      stage("preprocess", t.preprocess());
      stage("forward", t.forward());
      stage("rank", t.rank());
      stage("download", t.download());
      stage("total", t.total());
    }

    private static void stage(String name, long nanos) {
      Marks.mean("stage." + name, Timings.millis(nanos), "ms");
    }

    /** On a card what the recognizer's allocator and the driver count. */
    @TearDown(Level.Iteration)
    public void remember() {
      recognizer
          .memory()
          .ifPresent(
              memory -> {
                Marks.bytes("memory.vram.weights", memory.weights());
                Marks.bytes("memory.vram.peak", memory.weights() + memory.activationsPeak());
                Marks.bytes("memory.vram.reserved", memory.reserved());
                Marks.bytes("memory.vram.process", memory.process());
              });
      Notes.of(recognizer, precision);
      Notes.ofCard(device);
    }

    @TearDown(Level.Trial)
    public void close() {
      recognizer.close();
    }
  }
}
