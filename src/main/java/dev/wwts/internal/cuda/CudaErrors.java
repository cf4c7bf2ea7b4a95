package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;

import dev.wwts.DeviceException;
import dev.wwts.OutOfDeviceMemoryException;
import org.bytedeco.javacpp.BytePointer;

/** The CUDA runtime's return codes as exceptions. */
final class CudaErrors {
  static final int OUT_OF_MEMORY = 2;

  private CudaErrors() {}

  /**
   * Does nothing for code 0.
   *
   * @param call the function that returned the code
   * @throws OutOfDeviceMemoryException for the code of too little memory
   * @throws DeviceException for any other code, with what the runtime calls it
   */
  static void check(int code, String call) {
    if (code != 0) {
      cudaGetLastError();
      if (code == OUT_OF_MEMORY) {
        throw new OutOfDeviceMemoryException(
            "CUDA: %s failed: the GPU's memory, or what the system lets be page-locked, is too small."
                .formatted(call),
            -1,
            -1,
            new DeviceException(text(code)));
      }
      throw new DeviceException("CUDA: " + call + " failed: " + text(code) + " (" + code + ").");
    }
  }

  /** The runtime's words for a code. */
  static String text(int code) {
    try (BytePointer words = cudaGetErrorString(code)) {
      return words == null || words.isNull() ? "unknown error" : words.getString();
    }
  }
}
