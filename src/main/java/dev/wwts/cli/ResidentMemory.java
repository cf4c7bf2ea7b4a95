package dev.wwts.cli;

import dev.wwts.internal.inspect.MemoryMeter;
import dev.wwts.report.ProcessMemory;

/** The process's resident memory. */
record ResidentMemory() implements MemoryMeter {
  @Override
  public long allocated() {
    return ProcessMemory.resident();
  }

  @Override
  public long reserved() {
    return -1;
  }

  @Override
  public long process() {
    return -1;
  }

  @Override
  public long everyone() {
    return -1;
  }

  @Override
  public long peak() {
    return ProcessMemory.peak();
  }

  @Override
  public void resetPeak() {
    ProcessMemory.resetPeak();
  }
}
