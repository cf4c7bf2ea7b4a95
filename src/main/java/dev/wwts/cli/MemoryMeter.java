package dev.wwts.cli;

import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.Nvml;
import dev.wwts.report.ProcessMemory;

/** Bytes of the memory that a model runs in; -1 where unknown. */
interface MemoryMeter {
  /** Bytes in use now: in tensors on a card, resident on a CPU. */
  long allocated();

  /** What LibTorch holds of the card. */
  long reserved();

  /** What the process holds, as the driver counts. */
  long process();

  /** What all processes hold. */
  long everyone();

  /** The most allocated since the last reset. */
  long peak();

  /** Starts the peak anew. */
  void resetPeak();

  /** A CUDA card's. CUDA's classes are loaded here and nowhere else in the command line. */
  record Card(int device) implements MemoryMeter {
    @Override
    public long allocated() {
      return CudaMemory.allocated(device);
    }

    @Override
    public long reserved() {
      return CudaMemory.reserved(device);
    }

    @Override
    public long process() {
      return Nvml.processMemory(device);
    }

    @Override
    public long everyone() {
      return Nvml.usedMemory(device);
    }

    @Override
    public long peak() {
      return CudaMemory.peak(device);
    }

    @Override
    public void resetPeak() {
      CudaRuntime.synchronize();
      CudaMemory.resetPeak(device);
    }
  }

  /** The process's resident memory. */
  record Resident() implements MemoryMeter {
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
}
