package dev.wwts.benchmarks;

import dev.wwts.Answer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

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
  public List<Answer> throughput(Subject subject) {
    return subject.answer();
  }
}
