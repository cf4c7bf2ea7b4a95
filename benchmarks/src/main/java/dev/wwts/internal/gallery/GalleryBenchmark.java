package dev.wwts.internal.gallery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
 * What a gallery takes of one core, without the embeddings: {@code mvn jmh:benchmark
 * -Djmh.benchmarks=GalleryBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-Xmx4g")
@State(Scope.Benchmark)
public class GalleryBenchmark {
  private static final int LABELS = 1000;

  @Param({"10000", "100000"})
  public int examples;

  @Param("512")
  public int numbers;

  private final Random random = new Random(1);
  private Path folder = Path.of("");
  private GalleryStore store;
  private float[] asked = {};

  @Setup
  public void fill() throws IOException {
    folder = Files.createTempDirectory("wwts-gallery-");
    store = open();
    List<NewExample> all = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      all.add(example(i % LABELS));
    }
    store.addAll(all);
  }

  private GalleryStore open() {
    return GalleryStore.open(folder, new ModelKey("0".repeat(64), numbers));
  }

  private NewExample example(int label) {
    return new NewExample("label " + label, direction(), Map.of());
  }

  private float[] direction() {
    float[] vector = new float[numbers];
    double squares = 0;
    for (int i = 0; i < numbers; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += (double) vector[i] * vector[i];
    }
    for (int i = 0; i < numbers; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  @Setup(Level.Iteration)
  public void ask() {
    asked = direction();
  }

  @TearDown
  public void remove() throws IOException {
    store.close();
    for (String file : List.of("gallery.wwts", "lock")) {
      Files.deleteIfExists(folder.resolve(file));
    }
    Files.delete(folder);
  }

  /** The ten nearest, exactly. */
  @Benchmark
  public List<Neighbour> search() {
    return store.nearest(asked, 10);
  }

  /** One more that lasts, which the next search finds, and is forgotten again. */
  @Benchmark
  public boolean addAndRemove() {
    return store.remove(store.add(example(0)));
  }

  /** All of it from the file. */
  @Benchmark
  public int opened() {
    store.close();
    store = open();
    return store.size();
  }
}
