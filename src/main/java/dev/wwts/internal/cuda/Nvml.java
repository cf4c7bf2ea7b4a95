package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaDeviceGetPCIBusId;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetComputeRunningProcesses_v3;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetCurrentClocksEventReasons;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetHandleByPciBusId_v2;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetMemoryInfo;
import static org.bytedeco.cuda.global.nvml.nvmlInit_v2;
import static org.bytedeco.cuda.global.nvml.nvmlSystemGetDriverVersion;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlMemory_t;
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
    return Started.YES ? Scope.of(() -> ours(device)) : -1;
  }

  /** Bytes of a card's memory that anyone has; -1 where unknown. */
  public static long usedMemory(int device) {
    return Started.YES ? Scope.of(() -> used(device)) : -1;
  }

  /**
   * What makes figures of a card doubtful, a sentence each: other processes, clocks held down.
   * Empty where nothing does or nothing tells.
   */
  static List<String> warnings(int device) {
    return Started.YES ? Scope.of(() -> doubts(device)) : List.of();
  }

  private static List<String> doubts(int device) {
    nvmlDevice_st handle = handle(device);
    if (handle == null) {
      return List.of();
    }
    List<String> warnings = new ArrayList<>();
    int[] count = {MOST_PROCESSES};
    nvmlProcessInfo_v2_t processes = new nvmlProcessInfo_v2_t(MOST_PROCESSES);
    if (nvmlDeviceGetComputeRunningProcesses_v3(handle, count, processes) == 0) {
      int others = ours(processes, count[0]) < 0 ? count[0] : count[0] - 1;
      if (others > 0) {
        warnings.add("Other processes on GPU %d: %d.".formatted(device, others));
      }
    }
    long[] reasons = {0};
    if (nvmlDeviceGetCurrentClocksEventReasons(handle, reasons) == 0) {
      warnings.addAll(Throttling.sentences(device, reasons[0]));
    }
    return warnings;
  }

  private static long used(int device) {
    nvmlDevice_st handle = handle(device);
    nvmlMemory_t memory = new nvmlMemory_t();
    return handle != null && nvmlDeviceGetMemoryInfo(handle, memory) == 0 ? memory.used() : -1;
  }

  private static long ours(int device) {
    nvmlDevice_st handle = handle(device);
    int[] count = {MOST_PROCESSES};
    nvmlProcessInfo_v2_t processes = new nvmlProcessInfo_v2_t(MOST_PROCESSES);
    return handle != null && nvmlDeviceGetComputeRunningProcesses_v3(handle, count, processes) == 0
        ? ours(processes, count[0])
        : -1;
  }

  /** NVML counts cards by itself; the bus says which of them is CUDA's. */
  private static @Nullable nvmlDevice_st handle(int device) {
    byte[] bus = new byte[BUS_BYTES];
    nvmlDevice_st handle = new nvmlDevice_st();
    return cudaDeviceGetPCIBusId(bus, bus.length, device) == 0
            && nvmlDeviceGetHandleByPciBusId_v2(new BytePointer(bus), handle) == 0
        ? handle
        : null;
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
