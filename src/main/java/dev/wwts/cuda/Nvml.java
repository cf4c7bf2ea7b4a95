package dev.wwts.cuda;

import static org.bytedeco.cuda.global.cudart.cudaDeviceGetPCIBusId;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetComputeRunningProcesses_v3;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetHandleByPciBusId_v2;
import static org.bytedeco.cuda.global.nvml.nvmlInit_v2;
import static org.bytedeco.cuda.global.nvml.nvmlSystemGetDriverVersion;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlProcessInfo_v2_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * What NVIDIA's management library says; it comes with the driver, and everything here does without
 * it.
 */
public final class Nvml {
  private static final int MOST_PROCESSES = 256;
  private static final int VERSION_BYTES = 80;
  private static final int BUS_BYTES = 32;

  private Nvml() {}

  /** Starts on first use; the holder's class initialisation is the lock. It is never shut down. */
  private static final class Started {
    static final boolean YES = start();

    private Started() {}

    private static boolean start() {
      try {
        Loader.load(nvml.class);
        return nvmlInit_v2() == 0;
      } catch (LinkageError e) {
        return false;
      }
    }
  }

  /** The driver's version; null where there is none. */
  static @Nullable String driver() {
    byte[] version = new byte[VERSION_BYTES];
    return Started.YES && nvmlSystemGetDriverVersion(version, version.length) == 0
        ? text(version)
        : null;
  }

  /**
   * Bytes of a card's memory that this process has, all libraries' contexts included; -1 where
   * unknown (in containers, say).
   */
  public static long processMemory(int device) {
    if (!Started.YES) {
      return -1;
    }
    return Scope.of(() -> ours(device));
  }

  private static long ours(int device) {
    byte[] bus = new byte[BUS_BYTES];
    nvmlDevice_st handle = new nvmlDevice_st();
    if (cudaDeviceGetPCIBusId(bus, bus.length, device) != 0
        || nvmlDeviceGetHandleByPciBusId_v2(new BytePointer(bus), handle) != 0) {
      return -1;
    }
    int[] count = {MOST_PROCESSES};
    nvmlProcessInfo_v2_t processes = new nvmlProcessInfo_v2_t(MOST_PROCESSES);
    return nvmlDeviceGetComputeRunningProcesses_v3(handle, count, processes) == 0
        ? ours(processes, count[0])
        : -1;
  }

  private static long ours(nvmlProcessInfo_v2_t processes, int count) {
    long self = ProcessHandle.current().pid();
    for (int i = 0; i < count; i++) {
      nvmlProcessInfo_v2_t process = processes.getPointer(i);
      if (process.pid() == self) {
        return process.usedGpuMemory();
      }
    }
    return -1;
  }

  private static String text(byte[] zeroTerminated) {
    int length = 0;
    while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
      length++;
    }
    return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8);
  }
}
