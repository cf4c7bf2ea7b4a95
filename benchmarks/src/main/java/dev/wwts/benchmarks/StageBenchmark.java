package dev.wwts.benchmarks;

import dev.wwts.benchmarks.peers.RivalStages;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.head.Readings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each stage of a recognition alone. On a card each is waited for, upload is a part of preprocess,
 * rank and download are a part of forward; {@link StageProfiler} tells what the card's own clock
 * says of them. Beside them two stages of the rivals: whose decoding or whose network is faster?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class StageBenchmark {
  @Benchmark
  public Pixels decode(Stages stages) {
    return stages.decode();
  }

  /** Only on a card. */
  @Benchmark
  public void upload(Stages stages) {
    stages.upload();
  }

  @Benchmark
  public void preprocess(Stages stages) {
    stages.preprocess();
  }

  @Benchmark
  public void forward(Stages stages) {
    stages.forward();
  }

  @Benchmark
  public List<Readings> rank(Stages stages) {
    return stages.rank();
  }

  /** The rivals' decode and preprocess. */
  @Benchmark
  public FloatBuffer openCvCrop(RivalStages.Decoding rival) {
    return rival.crop();
  }

  /** ONNX Runtime's forward and rank. */
  @Benchmark
  public int[] onnxRuntimeForward(RivalStages.Network rival) {
    return rival.forward();
  }
}
