package dev.wwts.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;

import dev.wwts.DeviceException;
import org.bytedeco.javacpp.BytePointer;

/** The CUDA runtime's return codes as exceptions. */
final class CudaErrors {
  private CudaErrors() {}

  /**
   * Does nothing for code 0.
   *
   * @param call the function that returned the code
   * @throws DeviceException for any other code, with what the runtime calls it
   */
  static void check(int code, String call) {
    if (code != 0) {
      cudaGetLastError();
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
