package dev.wwts.benchmarks.peers;

import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.nio.FloatBuffer;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the rivals' stages work on, each alone in its process. */
public final class RivalStages {
  private RivalStages() {}

  /** The parameters, as those of our stages. */
  @State(Scope.Benchmark)
  public abstract static class Parameters {
    @Param({"small", "base", "large"})
    public String model = "";

    @Param("cpu")
    public String device = "";

    @Param("fp32")
    public String precision = "";

    @Param({"640x480", "1080p", "12mp"})
    public String picture = "";

    @Param({"1", "2", "4"})
    public int threads;
  }

  /** {@link Crop}'s. */
  @State(Scope.Benchmark)
  public static class Decoding extends Parameters {
    private Crop crop;
    private FloatBuffer out;
    private byte[] bytes = {};

    @Setup(Level.Trial)
    public void open() {
      crop = new Crop(BenchmarkModels.of(model), threads);
      out = crop.newBuffer();
      bytes = BenchmarkPictures.of(picture);
    }

    /** Decodes, resizes and normalises. */
    public FloatBuffer crop() {
      crop.write(bytes, out);
      return out;
    }

    @TearDown(Level.Trial)
    public void close() {
      crop.close();
    }
  }

  /** ONNX Runtime's. */
  @State(Scope.Benchmark)
  public static class Network extends Parameters {
    private OnnxRuntimePeer peer;

    @Setup(Level.Trial)
    public void open() {
      peer = new OnnxRuntimePeer(BenchmarkModels.of(model), threads);
      peer.recognize(BenchmarkPictures.of(picture));
    }

    /** On the picture that is there already. */
    public int[] forward() {
      return peer.forward();
    }

    @TearDown(Level.Trial)
    public void close() {
      peer.close();
    }
  }
}
