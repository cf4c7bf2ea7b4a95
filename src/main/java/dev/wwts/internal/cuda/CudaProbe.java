package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/** Finds out what stands between LibTorch's CUDA build and a card. */
public final class CudaProbe {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final Path BUS = Path.of("/sys/bus/pci/devices");
  private static final String NVIDIA = "0x10de";
  private static final String DISPLAY = "0x03";
  private static final Pattern VERSION = Pattern.compile("\\b(\\d{3,}\\.\\d+(\\.\\d+)?)\\b");

  private CudaProbe() {}

  /** Asks system and runtime; LibTorch's natives must be the CUDA build. */
  public static NoCuda ask() {
    int code = -1;
    int devices = 0;
    String missing = null;
    try {
      int[] count = {0};
      code = cudaGetDeviceCount(count);
      cudaGetLastError();
      devices = count[0];
    } catch (LinkageError e) {
      missing = LinkErrors.words(e);
    }
    if (code == 0) {
      // a card, but LibTorch's CUDA half may lack a library
      try {
        Loader.load(torch_cuda.class);
      } catch (LinkageError e) {
        missing = LinkErrors.words(e);
      }
    }
    return new NoCuda(
        true, driver(), hasCard(), code, missing, devices, System.getenv("CUDA_VISIBLE_DEVICES"));
  }

  /** What stands in the way where a library of CUDA is missing, in the loader's words. */
  static NoCuda without(String missing) {
    return new NoCuda(
        true, driver(), hasCard(), -1, missing, 0, System.getenv("CUDA_VISIBLE_DEVICES"));
  }

  /** The NVIDIA driver's version, as the kernel or NVML tells it; null where there is none. */
  public static @Nullable String driver() {
    try {
      if (Files.isReadable(DRIVER)) {
        String version = version(Files.readString(DRIVER));
        if (version != null) {
          return version;
        }
      }
    } catch (IOException e) {
      // the kernel's file is a convenience: NVML knows too
    }
    return Nvml.driver();
  }

  /** The version in the text of /proc/driver/nvidia/version. */
  static @Nullable String version(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  private static boolean hasCard() {
    if (!Files.isDirectory(BUS)) {
      return false;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(BUS)) {
      for (Path entry : entries) {
        if (read(entry.resolve("vendor")).equals(NVIDIA)
            && read(entry.resolve("class")).startsWith(DISPLAY)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  private static String read(Path file) throws IOException {
    return Files.isReadable(file) ? Files.readString(file).strip() : "";
  }
}
