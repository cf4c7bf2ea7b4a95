package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.serve.InlineBatch;
import dev.wwts.internal.settings.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * Looks at lanes from inside: calls from pixels, readouts, too little memory. For checks on a card.
 */
public final class LaneProbe {
  private LaneProbe() {}

  private static Settings options(Device device, Precision precision, long budget, boolean graphs) {
    return Settings.DEFAULT
        .device(device)
        .precision(precision)
        .vramBudget(budget)
        .cudaGraphs(graphs);
  }

  private static Engine load(Bundle bundle, Settings settings) {
    return Engine.load(bundle, Heads.of(bundle, settings).readouts(), settings);
  }

  /** Reads the last of {@code n} rows, none of which was ever ranked: how many classes it has. */
  public static int lastRow(Path model, int card, int top, int n) {
    CudaRuntime.load();
    CudaRuntime.use(card);
    int classes = Bundle.describe(model).labels().size();
    Readout.Best best = new Readout.Best(0, classes, Activation.SOFTMAX, top);
    try (CudaStream stream = new CudaStream(card);
        CardRanking ranking = new CardRanking(best, stream, n)) {
      return ranking.reading(n - 1).size();
    }
  }

  /** What all of these readouts give for the last picture of the second batch of {@code n}. */
  public static Readings read(
      Path model, Device device, List<Readout> readouts, boolean graphs, byte[] picture, int n) {
    Bundle bundle = Bundle.read(model, null, false);
    try (Engine engine = Engine.load(bundle, readouts, options(device, Precision.FP32, 0, graphs));
        InlineBatch batch =
            new InlineBatch(List.of(Picture.of(picture)), bundle, engine::newPixels, false);
        Lane lane = engine.newLane()) {
      lane.run(batch.of(n));
      return Objects.requireNonNull(lane.run(batch.of(n))[n - 1]).readings();
    }
  }

  /** Takes nanoseconds of the host's part of a call. */
  public interface HostTimes {
    /**
     * Takes a call's.
     *
     * @param queued from the call's begin until all of its work is queued
     * @param read reading the ranking of a card that is done with it
     */
    void accept(long queued, long read);
  }

  /**
   * Calls from decoded pixels in the lane's own memory to the 5 best classes: a series of whole
   * ones, then one that waits for the card between queueing and reading, which tells what the host
   * itself takes of a call. The marks on the card's stream do not tell that: an idle card sets the
   * first at once, and then waits for the host.
   *
   * @param warm calls before the first series
   * @param wall takes each call's wall-clock nanoseconds
   * @param host takes the parts of the second series' calls
   */
  public static void fromPixels(
      Path model,
      Device device,
      boolean graphs,
      byte[] picture,
      int warm,
      int calls,
      LongConsumer wall,
      HostTimes host) {
    Bundle bundle = Bundle.read(model, null, false);
    try (Engine engine = load(bundle, options(device, Precision.AUTO, 0, graphs));
        StagedLane lane = (StagedLane) engine.newLane();
        PixelMemory memory = engine.newPixels();
        Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP)) {
      Pixels pixels = decoder.decode(ByteBuffer.wrap(picture), memory, "picture");
      for (int i = -warm; i < calls; i++) {
        long start = System.nanoTime();
        queue(lane, pixels);
        lane.read();
        long nanos = System.nanoTime() - start;
        if (i >= 0) {
          wall.accept(nanos);
        }
      }
      // the same code, which the first series has warmed up
      int few = Math.min(warm, calls / 10);
      for (int i = -few; i < calls && device.kind() == Device.Kind.CUDA; i++) {
        long start = System.nanoTime();
        queue(lane, pixels);
        long queued = System.nanoTime() - start;
        CudaRuntime.synchronize();
        start = System.nanoTime();
        lane.read();
        long read = System.nanoTime() - start;
        if (i >= 0) {
          host.accept(queued, read);
        }
      }
    }
  }

  private static void queue(StagedLane lane, Pixels pixels) {
    lane.begin(1);
    lane.preprocess(0, DecodedPicture.of(pixels, () -> {}));
    lane.forward(1);
  }

  /** The logits of pictures, one after the other, each in a call of its own. */
  public static void logits(
      Path model,
      Device device,
      Precision precision,
      List<Path> pictures,
      BiConsumer<Path, float[]> each)
      throws IOException {
    Bundle bundle = Bundle.read(model, null, false);
    try (Engine engine = load(bundle, options(device, precision, 0, true));
        Lane lane = engine.newLane()) {
      for (Path picture : pictures) {
        try (InlineBatch one =
            new InlineBatch(List.of(Picture.of(picture)), bundle, engine::newPixels, false)) {
          each.accept(picture, lane.logits(one)[0]);
        }
      }
    }
  }

  /**
   * Asks a lane for batches that a budget has no room for, and a call that has after each.
   *
   * @return how often too little memory was told as it should be, and the lane went on
   */
  public static int survived(Path model, Device device, long budget, byte[] picture, int times) {
    Bundle bundle = Bundle.read(model, null, false);
    // the input alone is larger than the budget
    long slot = 3L * 2 * bundle.manifest().input().width() * bundle.manifest().input().height();
    int tooMany = (int) (budget / slot) + 1;
    int survived = 0;
    try (Engine engine = load(bundle, options(device, Precision.AUTO, budget, true));
        InlineBatch batch =
            new InlineBatch(List.of(Picture.of(picture)), bundle, engine::newPixels, false);
        Lane lane = engine.newLane()) {
      for (int i = 0; i < times; i++) {
        try {
          lane.run(batch.of(tooMany));
        } catch (OutOfDeviceMemoryException e) {
          lane.recover();
          survived += e.requestedBytes() > 0 && lane.run(batch.of(1))[0] != null ? 1 : 0;
        }
      }
    }
    return survived;
  }
}
