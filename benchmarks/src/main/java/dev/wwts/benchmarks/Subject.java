package dev.wwts.benchmarks;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** A recognizer under test, warmed up for its batch, and the batch. */
@State(Scope.Benchmark)
public class Subject {
  /** See benchmarks/models; also default, or a .pt file. */
  @Param({"small", "base", "large"})
  public String model = "";

  /** cpu, or cuda where there is a card. */
  @Param("cpu")
  public String device = "";

  /** fp32, bf16; on a card also fp16. */
  @Param({"fp32", "bf16"})
  public String precision = "";

  @Param({"1", "4", "8", "16"})
  public int batch;

  @Param({"640x480", "1080p", "12mp"})
  public String picture = "";

  /** LibTorch's, for one forward on a CPU. */
  @Param({"1", "2", "4"})
  public int threads;

  /** Bytes of VRAM, to stand in for a smaller card; 0 for no budget. */
  @Param("0")
  public long budget;

  private Recognizer recognizer;
  private List<Picture> pictures = List.of();

  /** Loads the model; the recognizer's own warm-up runs this batch. */
  @Setup(Level.Trial)
  public void open(BenchmarkParams run) {
    RecognizerBuilder builder =
        Recognizer.builder(BenchmarkModels.of(model))
            .device(Device.parse(device))
            .precision(Precision.valueOf(precision.toUpperCase(Locale.ROOT)))
            .threads(threads)
            .lanes(run.getThreads())
            .batchSizes(batch);
    recognizer = (budget > 0 ? builder.vramBudget(budget) : builder).load();
    pictures = Collections.nCopies(batch, Picture.of(BenchmarkPictures.of(picture)));
    StageProfiler.reset();
  }

  /** Bytes to the five best labels of every picture of the batch. */
  List<Answer> answer() {
    List<Answer> answers = recognizer.answers(pictures);
    StageProfiler.add(((Answer.Recognized) answers.get(0)).timings());
    return answers;
  }

  @TearDown(Level.Iteration)
  public void remember() {
    MemoryProfiler.record(recognizer);
    Notes.of(recognizer, precision);
    Notes.ofCard(device);
  }

  @TearDown(Level.Trial)
  public void close() {
    recognizer.close();
  }
}
