package dev.wwts.benchmarks.peers;

import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
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

/**
 * The same model and picture through this project and its rivals, bytes of a JPEG to the five best
 * classes, on a CPU. What each is set to stands in {@link DjlPeer}, {@link OnnxRuntimePeer} and
 * {@link PresetsPeer}.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 2, time = 4)
@Fork(1)
@State(Scope.Benchmark)
public class PeersBenchmark {
  @Param({"wwts", "djl", "onnxruntime", "presets"})
  public String peer = "";

  @Param({"small", "base", "large"})
  public String model = "";

  @Param("1080p")
  public String picture = "";

  @Param({"1", "2", "4"})
  public int threads;

  /** The others run fp32 only. */
  @Param("fp32")
  public String precision = "";

  /** Processes of the rivals take turns; this only counts them. */
  @Param("1")
  public int round;

  private Peer opened;
  private byte[] bytes = {};

  @Setup(Level.Trial)
  public void open() {
    bytes = BenchmarkPictures.of(picture);
    opened = Peer.open(peer, BenchmarkModels.of(model), threads, precision);
  }

  @Benchmark
  public int[] recognize() {
    return opened.recognize(bytes);
  }

  @TearDown(Level.Trial)
  public void close() {
    opened.close();
  }
}
