package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.TestPictures;
import dev.wwts.Timings;
import dev.wwts.internal.head.ClassHead;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.Lane;
import dev.wwts.internal.lane.LaneResult;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * What a call on an idle recognizer pays for its way to a lane's thread and back: a small picture
 * and a network of one mean, by a call, and directly on a lane of the measuring thread. The
 * difference of the medians counts. {@code mvn jmh:benchmark
 * -Djmh.benchmarks=HandOverBenchmark}.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
@State(Scope.Benchmark)
public class HandOverBenchmark {
  private static final Timings TIMINGS = new Timings(0, 0, 0, 0, 0, 0, 0, 0);

  /** Rest before a call, in microseconds: a lane still looks for calls, or sleeps. */
  @Param({"0", "2000"})
  public int rest;

  private final Picture picture = Picture.of(TestPictures.png(64, 48, Color.RED));
  private Path folder;
  private Service service;
  private InlineBatch batch;
  private Lane lane;
  private ClassHead head;

  @Setup(Level.Trial)
  public void open() throws IOException {
    folder = Files.createTempDirectory("wwts-hand-over");
    Path model = ModelFiles.tiny(folder);
    Settings settings =
        Settings.DEFAULT.device(Device.CPU).precision(Precision.FP32).threads(1).lanes(1);
    service = LoadedModel.load(model, settings).service();
    Engine engine = service.engine();
    Bundle bundle = Bundle.describe(model);
    head = Heads.of(bundle, settings).classes().orElseThrow();
    batch = new InlineBatch(List.of(picture), bundle, engine::newPixels, false);
    lane = engine.newLane();
  }

  @Setup(Level.Invocation)
  public void rest() {
    if (rest > 0) {
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(rest));
    }
  }

  @Benchmark
  public Answer call() {
    return service.answer(picture, 0);
  }

  @Benchmark
  public Answer direct() {
    LaneResult result = Objects.requireNonNull(lane.run(batch.of(1))[0]);
    return head.answer(result.readings().of(head.readout()), TIMINGS);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    lane.close();
    batch.close();
    service.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
