package dev.wwts.torch;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch;

/**
 * LibTorch takes cuDNN's attention on the newest cards where cuDNN is newer than 9.15, and some
 * versions of cuDNN then refuse it. LibTorch's own attention answers too: the switch is the
 * process's and stays off once cuDNN has refused.
 */
final class CudnnAttention {
  private static volatile String refusal = "";

  private CudnnAttention() {}

  /** Runs a network; once more without cuDNN's attention if cuDNN refuses something. */
  static void orWithout(Runnable run) {
    try {
      run.run();
    } catch (RuntimeException e) {
      String words = NativeErrors.firstWords(e);
      int start = words.toLowerCase(Locale.ROOT).indexOf("cudnn");
      if (start < 0 || !isOn()) {
        throw e;
      }
      set(false);
      boolean helped = false;
      try {
        run.run();
        helped = true;
        refusal = words.substring(start);
      } finally {
        if (!helped) {
          set(true);
        }
      }
    }
  }

  /** Says that it is off in this process, where it is. */
  static void tell(Remarks remarks) {
    if (!refusal.isEmpty()) {
      remarks.warn(
          "cuDNN's attention is off in this process, LibTorch's runs (%s).".formatted(refusal));
    }
  }

  private static boolean isOn() {
    return NativeScope.of(() -> torch.globalContext().userEnabledCuDNNSDP());
  }

  private static void set(boolean on) {
    NativeScope.of(
        () -> {
          torch.globalContext().setSDPUseCuDNN(on);
          return on;
        });
  }
}
