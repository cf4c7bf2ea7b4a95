package dev.wwts.benchmarks;

import dev.wwts.Device;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import dev.wwts.benchmarks.peers.Crop;
import dev.wwts.benchmarks.peers.OnnxRuntimePeer;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.StagedLane;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.settings.Settings;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each stage of a recognition alone. On a card each is waited for, upload is a part of preprocess,
 * rank and download are a part of forward; {@link RecognizeBenchmark} tells what the card's own
 * clock says of them. Beside them two stages of the rivals: whose decoding or whose network is
 * faster?
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
    return stages.lane.read();
  }

  /** The rivals' decode and preprocess. */
  @Benchmark
  public FloatBuffer openCvCrop(RivalsDecoding rival) {
    rival.crop.write(rival.bytes, rival.out);
    return rival.out;
  }

  /** ONNX Runtime's forward and rank. */
  @Benchmark
  public int[] onnxRuntimeForward(RivalsNetwork rival) {
    return rival.peer.forward();
  }

  /** Parameters, and a picture. */
  public abstract static class OnePicture extends Parameters {
    @Param({"640x480", "1080p", "12mp"})
    public String picture = "";

    byte[] encoded() {
      return BenchmarkPictures.of(picture);
    }
  }

  /** What ours work on: a lane of an engine, a decoder, a picture. */
  public static class Stages extends OnePicture {
    private Engine engine;
    private StagedLane lane;
    private PixelMemory memory;
    private Decoder decoder;
    private ByteBuffer bytes;
    private Pixels pixels;

    @Setup(Level.Trial)
    public void open() {
      Bundle bundle = Bundle.read(file(), null, false);
      Settings settings =
          Settings.DEFAULT.device(where()).precision(asked()).threads(threads);
      engine = Engine.load(bundle, Heads.of(bundle, settings).readouts(), settings);
      lane = (StagedLane) engine.newLane();
      memory = engine.newPixels();
      decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
      bytes = ByteBuffer.wrap(encoded());
      pixels = decode();
      preprocess();
      forward();
    }

    Pixels decode() {
      return decoder.decode(bytes.duplicate(), memory, "picture");
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

    private void await() {
      if (where().kind() == Device.Kind.CUDA) {
        CudaRuntime.synchronize();
      }
    }

    @TearDown(Level.Trial)
    public void close() {
      Notes.ofCard(device);
      decoder.close();
      lane.close();
      memory.close();
      engine.close();
    }
  }

  /** {@link Crop}'s. */
  public static class RivalsDecoding extends OnePicture {
    private Crop crop;
    private FloatBuffer out;
    private byte[] bytes = {};

    @Setup(Level.Trial)
    public void open() {
      bytes = encoded();
      crop = new Crop(file(), threads);
      out = crop.newBuffer();
    }

    @TearDown(Level.Trial)
    public void close() {
      crop.close();
    }
  }

  /** ONNX Runtime's, on the picture that is there already. */
  public static class RivalsNetwork extends OnePicture {
    private OnnxRuntimePeer peer;

    @Setup(Level.Trial)
    public void open() {
      peer = new OnnxRuntimePeer(file(), threads);
      peer.recognize(encoded());
    }

    @TearDown(Level.Trial)
    public void close() {
      peer.close();
    }
  }
}
