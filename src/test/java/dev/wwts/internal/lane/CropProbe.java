package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.serve.InlineBatch;
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
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a device's preprocessing writes beside what the processor's does. For checks on a card. */
public final class CropProbe {
  private CropProbe() {}

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
}
