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
import dev.wwts.internal.network.Network;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.serve.InlineBatch;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Preprocessor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Looks at lanes from inside: calls from pixels, what preprocessing wrote, too little memory. For
 * checks on a card.
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
   * The largest difference, in levels of 0 to 255, between what the device's preprocessing and the
   * processor's write for a picture.
   */
  public static double cropDifference(Path model, Device device, Path picture) throws IOException {
    List<byte[]> one = List.of(Files.readAllBytes(picture));
    return batchDifference(model, device, Precision.FP32, false, one);
  }

  /** The same for each picture of a batch, in its slot of the network's input. */
  public static double batchDifference(
      Path model, Device device, Precision precision, boolean channelsLast, List<byte[]> pictures) {
    return batchDifference(model, device, precision, channelsLast, false, pictures);
  }

  /** The same where the card decodes the JPEGs, or where it does not. */
  public static double batchDifference(
      Path model,
      Device device,
      Precision precision,
      boolean channelsLast,
      boolean cardJpegs,
      List<byte[]> pictures) {
    double[] each = differences(model, device, precision, channelsLast, cardJpegs, pictures);
    return Arrays.stream(each).max().orElse(0);
  }

  /** The largest difference of each picture of a batch. */
  public static double[] differences(
      Path model,
      Device device,
      Precision precision,
      boolean channelsLast,
      boolean cardJpegs,
      List<byte[]> pictures) {
    Bundle bundle = Bundle.describe(model);
    LibTorch.load();
    float[] actual =
        onDevice(bundle, device, LoadedEngine.type(precision), channelsLast, cardJpegs, pictures);
    double std =
        bundle.manifest().input().std().stream().mapToDouble(Float::doubleValue).max().orElse(1);
    double[] largest = new double[pictures.size()];
    int at = 0;
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
        NativeBuffer buffer = new NativeBuffer();
        Preprocessor cpu =
            NativeScope.inference(
                () -> new Preprocessor(bundle.manifest().input(), torch.ScalarType.Float))) {
      for (int i = 0; i < largest.length; i++) {
        Pixels pixels = decoder.decode(ByteBuffer.wrap(pictures.get(i)), buffer, "picture");
        float[] expected =
            NativeScope.inference(
                () -> {
                  Tensor slot = empty(bundle);
                  cpu.write(pixels, slot);
                  return values(slot);
                });
        for (float value : expected) {
          largest[i] = Math.max(largest[i], Math.abs(actual[at++] - value) * std * 255);
        }
      }
    }
    return largest;
  }

  private static float[] onDevice(
      Bundle bundle,
      Device device,
      torch.ScalarType type,
      boolean channelsLast,
      boolean cardJpegs,
      List<byte[]> pictures) {
    CudaSetup setup =
        new CudaSetup(
            bundle, device.index(), type, channelsLast, Set.of(), false, cardJpegs, new Remarks());
    Echo echo = new Echo(bundle.labels().size());
    try (InlineBatch batch =
            new InlineBatch(
                pictures.stream().map(Picture::of).toList(),
                bundle,
                () -> new PinnedPixels(device.index()),
                cardJpegs);
        CudaLane lane = new CudaLane(setup, echo, List.of())) {
      lane.run(batch.of(pictures.size()));
      return echo.seen;
    }
  }

  /** Keeps what it is shown and answers zeros. */
  private static final class Echo implements Network {
    private final int classes;
    private float[] seen = {};

    Echo(int classes) {
      this.classes = classes;
    }

    @Override
    public Tensor forward(Tensor input) {
      seen = values(input);
      // made by the processor: a stand-in for a card has no kernel that fills
      return torch.zeros(input.size(0), classes).to(input.device(), torch.ScalarType.Float);
    }

    @Override
    public boolean wantsChannelsLast() {
      return false;
    }

    @Override
    public void close() {}
  }

  private static Tensor empty(Bundle bundle) {
    return torch.empty(1, 3, bundle.manifest().input().height(), bundle.manifest().input().width());
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.cpu().to(torch.ScalarType.Float).contiguous().data_ptr_float().get(values);
    return values;
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
