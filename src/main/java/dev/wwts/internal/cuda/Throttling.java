package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.nvml.nvmlClocksEventReasonSwPowerCap;
import static org.bytedeco.cuda.global.nvml.nvmlClocksEventReasonSwThermalSlowdown;
import static org.bytedeco.cuda.global.nvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown;
import static org.bytedeco.cuda.global.nvml.nvmlClocksThrottleReasonHwSlowdown;
import static org.bytedeco.cuda.global.nvml.nvmlClocksThrottleReasonHwThermalSlowdown;

import java.util.ArrayList;
import java.util.List;

/**
 * What NVML's bits about held down clocks mean; the rest of them (idle, set by the user) is no
 * news.
 */
final class Throttling {
  private static final long THERMAL =
      nvmlClocksEventReasonSwThermalSlowdown | nvmlClocksThrottleReasonHwThermalSlowdown;
  private static final long POWER =
      nvmlClocksEventReasonSwPowerCap
          | nvmlClocksThrottleReasonHwPowerBrakeSlowdown
          | nvmlClocksThrottleReasonHwSlowdown;

  private Throttling() {}

  /** A sentence for each kind. */
  static List<String> sentences(int device, long reasons) {
    List<String> sentences = new ArrayList<>();
    if ((reasons & THERMAL) != 0) {
      sentences.add("GPU " + device + " is too hot: its clocks are held down.");
    }
    if ((reasons & POWER) != 0) {
      sentences.add("GPU " + device + " is at its power limit: its clocks are held down.");
    }
    return sentences;
  }
}
