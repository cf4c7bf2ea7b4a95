package dev.wwts.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's memory as Linux counts it; -1 on other systems. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path PEAK = Path.of("/proc/self/clear_refs");

  private ProcessMemory() {}

  /** Bytes resident now. */
  public static long resident() {
    return bytes("VmRSS");
  }

  /** The most bytes resident since {@link #resetPeak}. */
  public static long peak() {
    return bytes("VmHWM");
  }

  /** Starts {@link #peak} anew; false where the system does not let us. */
  public static boolean resetPeak() {
    try {
      Files.writeString(PEAK, "5");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static long bytes(String name) {
    String text = Machine.after(STATUS, name).replace(" kB", "");
    return text.matches("[0-9]{1,15}") ? Long.parseLong(text) << 10 : -1;
  }
}
