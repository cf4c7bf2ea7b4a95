package dev.wwts.internal.cuda;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why CUDA can't be used: one sentence for each cause, from what was found.
 *
 * @param cudaBuild whether LibTorch's natives are the CUDA build
 * @param driver the NVIDIA driver's version, null where there is none
 * @param card whether the system's bus has an NVIDIA card
 * @param code what cudaGetDeviceCount returned: 0 or a cudaError_t; -1 where it could not be asked
 * @param missing why CUDA's libraries could not be loaded, null where they could
 * @param devices how many cards CUDA sees
 * @param visible the environment's CUDA_VISIBLE_DEVICES, null where not set
 */
public record NoCuda(
    boolean cudaBuild,
    @Nullable String driver,
    boolean card,
    int code,
    @Nullable String missing,
    int devices,
    @Nullable String visible) {
  /** The oldest driver that CUDA 13 runs on. */
  static final int OLDEST_DRIVER = 580;

  private static final int INSUFFICIENT_DRIVER = 35;
  private static final int NO_DEVICE = 100;
  private static final int UNKNOWN = 999;
  private static final String REMEDY =
      " can't be loaded: install CUDA 13 and cuDNN 9, or add org.bytedeco:cuda-platform-redist";
  private static final Pattern LIBRARY =
      Pattern.compile("\\blib[\\w+-]+\\.so[.\\d]*|\\b[\\w-]+\\.dll");
  private static final Pattern NOT_FOUND = Pattern.compile("([^\\s/]+): cannot open shared object");
  private static final Pattern MAJOR = Pattern.compile("^(\\d{3,})\\.");

  /** What stands in the way of card {@code index}, from 0; empty if nothing does. */
  public String sentence(int index) {
    if (!cudaBuild) {
      return "the LibTorch natives on the class path are the CPU build: add org.bytedeco:pytorch with a -gpu classifier";
    }
    if (driver == null && (code != 0 || missing != null)) {
      return card
          ? "this machine has an NVIDIA GPU, but no NVIDIA driver: install version "
              + OLDEST_DRIVER
              + " or newer"
          : "this machine has no NVIDIA GPU and no NVIDIA driver";
    }
    if (isOld(driver)) {
      return "the NVIDIA driver "
          + driver
          + " is too old: CUDA 13 needs "
          + OLDEST_DRIVER
          + " or newer";
    }
    if (code == INSUFFICIENT_DRIVER) {
      return "the NVIDIA driver "
          + driver
          + " is older than the CUDA libraries found here: update it, or install CUDA 13.0";
    }
    if (missing != null) {
      return missingLibrary(missing);
    }
    if (code == NO_DEVICE || (code == 0 && devices == 0)) {
      return "the NVIDIA driver "
          + driver
          + " sees no GPU"
          + (visible == null ? "" : ": CUDA_VISIBLE_DEVICES is '" + visible + "'");
    }
    if (code != 0) {
      return "CUDA does not start with the NVIDIA driver "
          + driver
          + " (error "
          + code
          + (code == UNKNOWN ? ", often a driver that was updated without a restart)" : ")");
    }
    return index < devices
        ? ""
        : "there is no GPU " + index + ": CUDA sees " + devices + ", counted from 0";
  }

  /** What to do about a library that the loader did not find. */
  static String missingLibrary(String loader) {
    Matcher missing = NOT_FOUND.matcher(loader);
    Matcher name = LIBRARY.matcher(loader);
    String first = loader.lines().findFirst().orElse("").strip();
    if (missing.find()) {
      // the loader names the library that needs it first
      return missing.group(1) + REMEDY;
    }
    return (name.find() ? name.group() : "a library of CUDA")
        + REMEDY
        + (first.isEmpty() ? "" : " (" + first + ")");
  }

  private static boolean isOld(@Nullable String version) {
    Matcher major = MAJOR.matcher(version == null ? "" : version);
    return major.find() && Integer.parseInt(major.group(1)) < OLDEST_DRIVER;
  }
}
