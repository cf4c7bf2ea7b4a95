package dev.wwts.benchmarks;

import dev.wwts.Answer;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Bytes of a JPEG to the five best labels; one operation is one batch. The parameters list what is
 * usual: choose with -p, as all of them together take hours.
 */
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
}
