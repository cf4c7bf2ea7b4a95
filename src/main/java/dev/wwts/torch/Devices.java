package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import org.bytedeco.pytorch.global.torch;

/** Which device a wish means here. */
final class Devices {
  private Devices() {}

  /**
   * The device for a wish.
   *
   * @throws DeviceException if it is not there; the message says why
   */
  static Device choose(Device wish) {
    return switch (wish.kind()) {
      case AUTO, CPU -> Device.CPU;
      case CUDA -> throw new DeviceException(whyNoCuda(wish));
      case MPS ->
          throw new DeviceException(
              torch.hasMPS()
                  ? "Device mps is not supported yet: use cpu."
                  : "Device mps: this LibTorch has no Metal back end: use cpu.");
    };
  }

  private static String whyNoCuda(Device wish) {
    if (!org.bytedeco.pytorch.Context.hasCUDART()) {
      return "Device "
          + wish
          + ": the LibTorch natives on the class path are the CPU build: add org.bytedeco:pytorch with a -gpu classifier, or use cpu.";
    }
    return "Device " + wish + " is not supported yet: use cpu.";
  }
}
