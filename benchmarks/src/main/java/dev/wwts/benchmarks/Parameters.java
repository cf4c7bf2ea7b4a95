package dev.wwts.benchmarks;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.benchmarks.models.BenchmarkModels;
import java.nio.file.Path;
import java.util.Locale;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What most benchmarks are told. It is what is usual: choose with -p, all together take hours. */
@State(Scope.Benchmark)
public abstract class Parameters {
  /** See benchmarks/models; also default, or a .pt file. */
  @Param({"small", "base", "large"})
  public String model = "";

  /** cpu, or cuda where there is a card. */
  @Param("cpu")
  public String device = "";

  /** fp32, bf16; on a card also fp16. */
  @Param({"fp32", "bf16"})
  public String precision = "";

  /** LibTorch's, for one forward on a CPU. */
  @Param({"1", "2", "4"})
  public int threads;

  Path file() {
    return BenchmarkModels.of(model);
  }

  Device where() {
    return Device.parse(device);
  }

  Precision asked() {
    return Precision.valueOf(precision.toUpperCase(Locale.ROOT));
  }

  RecognizerBuilder recognizer() {
    return Recognizer.builder(file()).device(where()).precision(asked()).threads(threads);
  }
}
