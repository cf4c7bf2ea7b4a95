package dev.wwts.internal.network;

import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.NativeErrors;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads a model's network onto a card in the layout that measures faster there: planes of colours
 * (NCHW), or a pixel's channels side by side. The gain depends on the model: -14 % to +16 % in
 * timm's tables.
 */
public final class LayoutTrial {
  /** Layouts within this of each other count as equal; planes are kept. */
  private static final double WORTH = 0.97;

  private LayoutTrial() {}

  /**
   * What to run.
   *
   * @param setup with the layout
   * @param network in the layout; the caller closes it
   */
  public record Winner(CudaSetup setup, Network network) {}

  /** How long a network takes as lanes run it. */
  public interface Stopwatch {
    /** Of one forward with its ranking, for the smallest batch that is expected. */
    long nanos(CudaSetup setup, Network network);
  }

  /**
   * Loads and measures. 32 bits are loaded in planes without a trial: channels-last pays on tensor
   * cores' 16-bit types.
   *
   * @throws dev.wwts.ModelException if LibTorch refuses the model
   * @throws OutOfDeviceMemoryException if it does not fit
   */
  static Winner run(CudaSetup setup, Stopwatch stopwatch) {
    Network planes = load(setup);
    if (setup.type() == torch.ScalarType.Float) {
      return new Winner(setup, planes);
    }
    CudaSetup other = setup.withChannelsLast(true);
    Network channelsLast = null;
    try {
      long planesNanos = stopwatch.nanos(setup, planes);
      channelsLast = load(other);
      long otherNanos = stopwatch.nanos(other, channelsLast);
      boolean faster = otherNanos < WORTH * planesNanos;
      setup.remarks().add(new Remark.Layout(faster, otherNanos, planesNanos));
      (faster ? planes : channelsLast).close();
      return faster ? new Winner(other, channelsLast) : new Winner(setup, planes);
    } catch (RuntimeException e) {
      setup.remarks().add(new Remark.NoLayoutTrial(NativeErrors.firstWords(e)));
      if (channelsLast != null) {
        channelsLast.close();
      }
      return new Winner(setup, planes);
    }
  }

  private static Network load(CudaSetup setup) {
    Network network = CardNetwork.load(setup);
    // weights are converted and folded on the default stream, which lanes' streams do not wait for
    CudaRuntime.synchronize();
    return network;
  }
}
