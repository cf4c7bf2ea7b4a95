package dev.wwts.internal.torch;

import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/**
 * LibTorch takes cuDNN's attention on the newest cards where cuDNN is newer than 9.15, and some
 * versions of cuDNN then refuse it. LibTorch's own attention answers too: the switch is the
 * process's and stays off once cuDNN has refused.
 */
public final class CudnnAttention {
  private static volatile String refusal = "";

  private CudnnAttention() {}

  /** Runs a network; once more without cuDNN's attention if cuDNN refuses something. */
  public static <T> T orWithout(Supplier<T> run) {
    try {
      return run.get();
    } catch (RuntimeException e) {
      String words = NativeErrors.firstWords(e);
      int start = words.indexOf("cuDNN");
      if (start < 0 || !isNowOff(words.substring(start))) {
        throw e;
      }
      return run.get();
    }
  }

  /**
   * Switches it off for good, whether that helps or not: LibTorch notes a shape before cuDNN
   * refuses it, and would end the process when asked for it again.
   */
  private static synchronized boolean isNowOff(String words) {
    if (refusal.isEmpty() && isOn()) {
      set(false);
      refusal = words;
    }
    // another lane's call may have been first
    return !refusal.isEmpty() && !isOn();
  }

  /** Says that it is off in this process, where it is. */
  public static void tell(Remarks remarks) {
    if (!refusal.isEmpty()) {
      remarks.add(new Remark.NoCudnnAttention(refusal));
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
