package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.NativeLibrary;
import java.nio.file.Path;

/** Whether the preprocessing kernel is what runs: without it the other checks pass as well. */
final class Kernel {
  private static final int NO_CARD = 77;

  private final Place place;

  Kernel(Place place) {
    this.place = place;
  }

  /** The library was given, so its absence is a failure. */
  boolean isThere(ObjectNode figures) {
    place.needsCuda();
    String told = System.getProperty("wwts.native", "");
    if (told.equals("none")) {
      throw new Checks.Skip("no library was given: LibTorch's operations preprocess");
    }
    CudaRuntime.load();
    CudaRuntime.use(place.device().index());
    String fault = NativeLibrary.cardFault();
    if (told.isEmpty() && !NativeLibrary.isLoaded()) {
      throw new Checks.Skip("no library was found: " + fault);
    }
    figures.put("library", Path.of(told).getFileName().toString()).put("fault", fault);
    return fault.isEmpty();
  }

  /** Its cases, bit for bit, as gpu-check.sh had device_check run them. */
  static boolean deviceCheck(ObjectNode figures) {
    Integer status = Integer.getInteger("wwts.check.kernel");
    if (status == null) {
      throw new Checks.Skip("build/device_check is not here: cmake builds it where nvcc is");
    }
    figures.put("exit status", status);
    if (status == NO_CARD) {
      throw new Checks.Skip("it found no card");
    }
    return status == 0;
  }
}
