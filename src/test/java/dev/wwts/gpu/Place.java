package dev.wwts.gpu;

import dev.wwts.Device;
import dev.wwts.internal.cuda.CudaRuntime;

/**
 * Where the checks run: a card, the processor, or native/test/hostcuda in a card's place. Hostcuda
 * has a card's memory, copies and rules, but no arithmetic and no speed.
 */
record Place(Device device, boolean standIn) {
  /** The device as it is here. */
  static Place of(Device device) {
    return new Place(device, device.kind() == Device.Kind.CUDA && HostCuda.isHere());
  }

  boolean isCuda() {
    return device.kind() == Device.Kind.CUDA;
  }

  /** That the card does nothing more in this process; empty where it goes on. */
  String failure() {
    return isCuda() ? CudaRuntime.failure(device.index()) : "";
  }

  /** Leaves a check out where there is not even a stand-in for a card. */
  void needsCuda() {
    if (!isCuda()) {
      throw new Checks.Skip("needs a card");
    }
  }

  /** Leaves out what depends on answers or speed. */
  void needsArithmetic() {
    needsCuda();
    if (standIn) {
      throw new Checks.Skip("needs a card's arithmetic");
    }
  }
}
