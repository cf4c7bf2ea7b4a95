package dev.wwts.benchmarks;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import dev.wwts.bundle.Bundle;
import dev.wwts.cuda.CudaRuntime;
import dev.wwts.image.AlphaMode;
import dev.wwts.image.Decoder;
import dev.wwts.image.Limits;
import dev.wwts.image.Pixels;
import dev.wwts.torch.Engine;
import dev.wwts.torch.EngineOptions;
import dev.wwts.torch.Lane;
import dev.wwts.torch.Ranking;
import dev.wwts.torch.Upload;
import java.nio.ByteBuffer;
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
 * Each stage of a recognition alone. On a card each is waited for, upload is a part of preprocess,
 * rank and download are a part of forward; {@link StageProfiler} tells what the card's own clock
 * says of them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class StageBenchmark {
  @Param("default")
  public String model = "";

  @Param("cpu")
  public String device = "";

  @Param("fp32")
  public String precision = "";

  @Param("1080p")
  public String picture = "";

  @Param("1")
  public int threads;

  private Engine engine;
  private Lane lane;
  private Decoder decoder;
  private ByteBuffer bytes;
  private Pixels pixels;
  private Device where;
  private @Nullable Upload upload;

  @Setup(Level.Trial)
  public void open() {
    where = Device.parse(device);
    Bundle bundle = Bundle.read(BenchmarkModels.of(model));
    engine =
        Engine.load(
            bundle,
            new EngineOptions(
                where,
                Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
                threads,
                5,
                List.of(1),
                0,
                true));
    lane = engine.newLane();
    decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
    bytes = ByteBuffer.wrap(BenchmarkPictures.of(picture));
    pixels = decode();
    preprocess();
    forward();
    if (where.kind() == Device.Kind.CUDA) {
      upload = new Upload(where, 3L * pixels.width() * pixels.height());
    }
  }

  @Benchmark
  public Pixels decode() {
    return decoder.decode(bytes.duplicate(), lane.pixels(), "picture");
  }

  /** Only on a card. */
  @Benchmark
  public void upload() {
    Objects.requireNonNull(upload, "There is no upload on a CPU.").run();
  }

  @Benchmark
  public void preprocess() {
    lane.begin(1);
    lane.preprocess(0, pixels);
    await();
  }

  @Benchmark
  public void forward() {
    lane.forward(1);
    await();
  }

  private void await() {
    if (where.kind() == Device.Kind.CUDA) {
      CudaRuntime.synchronize();
    }
  }

  @Benchmark
  public Ranking rank() {
    return lane.rank(5);
  }

  @TearDown(Level.Trial)
  public void close() {
    if (upload != null) {
      upload.close();
    }
    decoder.close();
    lane.close();
    engine.close();
  }
}
