package dev.wwts.internal.torch;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.internal.cuda.BothBuilds;
import dev.wwts.internal.cuda.CudaProbe;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.NoCuda;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which device a wish means here. CUDA's classes are touched only where LibTorch is its CUDA build.
 */
public final class Devices {
  private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

  /** Once a process is enough for what does not change. */
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private Devices() {}

  /**
   * The device for a wish.
   *
   * @throws DeviceException if it is not there; the message says why
   */
  public static Device choose(Device wish) {
    return switch (wish.kind()) {
      case CPU -> Device.CPU;
      case AUTO -> automatic();
      case CUDA -> {
        String fault = cudaFault(wish.index());
        if (!fault.isEmpty()) {
          throw new DeviceException("Device " + wish + ": " + fault + "; or use cpu.");
        }
        yield wish;
      }
      case MPS -> {
        if (!torch.hasMPS()) {
          throw new DeviceException("Device mps: this LibTorch has no Metal back end: use cpu.");
        }
        yield wish;
      }
    };
  }

  private static Device automatic() {
    String fault = cudaFault(0);
    if (fault.isEmpty()) {
      return Device.cuda(0);
    }
    if (expectsCuda() && !TOLD.getAndSet(true)) {
      LOG.info("Device auto: running on the CPU, as {}.", fault);
    }
    return Device.CPU;
  }

  /** What stands in the way of the card with that index; empty if nothing does. */
  public static String cudaFault(int index) {
    if (!isCudaBuild()) {
      NoCuda found =
          LibTorch.isCudaBuildPassedOver()
              ? BothBuilds.finding()
              : new NoCuda(false, null, false, -1, null, 0, null);
      return found.sentence(index);
    }
    if (torch.cuda_is_available() && index < torch.cuda_device_count()) {
      return CudaRuntime.tooOld(index);
    }
    NoCuda found = CudaProbe.ask();
    String fault = found.sentence(index);
    return fault.isEmpty() ? "LibTorch sees no GPU, though CUDA sees " + found.devices() : fault;
  }

  /** Who has put only the CPU build on the class path knows that there is no card. */
  static boolean expectsCuda() {
    return isCudaBuild() || LibTorch.isCudaBuildPassedOver();
  }

  private static boolean isOfCudaBuild(String library) {
    return library.contains("-gpu") && library.contains("jnitorch");
  }

  /**
   * Whether the natives are LibTorch's CUDA build. It says so itself only if CUDA's libraries were
   * all there when it was loaded; without them it runs on the processor, and the folder of the
   * preset's library tells.
   */
  static boolean isCudaBuild() {
    return Context.hasCUDART() || LibTorch.libraries().stream().anyMatch(Devices::isOfCudaBuild);
  }
}
