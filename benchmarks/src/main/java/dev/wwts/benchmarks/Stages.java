package dev.wwts.benchmarks;

import dev.wwts.internal.settings.Settings;
import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.StagedLane;
import dev.wwts.internal.torch.Upload;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the stages of a recognition work on: a lane of an engine, a decoder, a picture. */
@State(Scope.Benchmark)
public class Stages {
  @Param({"small", "base", "large"})
  public String model = "";

  @Param("cpu")
  public String device = "";

  @Param({"fp32", "bf16"})
  public String precision = "";

  @Param({"640x480", "1080p", "12mp"})
  public String picture = "";

  @Param({"1", "2", "4"})
  public int threads;

  private Engine engine;
  private StagedLane lane;
  private PixelMemory memory;
  private Decoder decoder;
  private ByteBuffer bytes;
  private Pixels pixels;
  private Device where;
  private @Nullable Upload upload;

  @Setup(Level.Trial)
  public void open() {
    where = Device.parse(device);
    Bundle bundle = Bundle.read(BenchmarkModels.of(model), null, false);
    Settings settings =
        Settings.DEFAULT
            .device(where)
            .precision(Precision.valueOf(precision.toUpperCase(Locale.ROOT)))
            .threads(threads);
    engine = Engine.load(bundle, Heads.of(bundle, settings).readouts(), settings);
    lane = (StagedLane) engine.newLane();
    memory = engine.newPixels();
    decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
    bytes = ByteBuffer.wrap(BenchmarkPictures.of(picture));
    pixels = decode();
    preprocess();
    forward();
    if (where.kind() == Device.Kind.CUDA) {
      upload = new Upload(where, 3L * pixels.width() * pixels.height());
    }
  }

  Pixels decode() {
    return decoder.decode(bytes.duplicate(), memory, "picture");
  }

  /** Only on a card. */
  void upload() {
    Objects.requireNonNull(upload, "There is no upload on a CPU.").run();
  }

  void preprocess() {
    lane.begin(1);
    lane.preprocess(0, DecodedPicture.of(pixels, () -> {}));
    await();
  }

  void forward() {
    lane.forward(1);
    await();
  }

  List<Readings> rank() {
    return lane.read();
  }

  private void await() {
    if (where.kind() == Device.Kind.CUDA) {
      CudaRuntime.synchronize();
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    Notes.ofCard(device);
    if (upload != null) {
      upload.close();
    }
    decoder.close();
    lane.close();
    memory.close();
    engine.close();
  }
}
