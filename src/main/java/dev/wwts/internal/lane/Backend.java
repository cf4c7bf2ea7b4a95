package dev.wwts.internal.lane;

import dev.wwts.DeviceMemory;
import dev.wwts.internal.pixels.PixelMemory;
import java.util.Optional;

/** A model on one kind of device: its network and what makes lanes for it. */
interface Backend extends AutoCloseable {
  /** A new lane of the calling thread, which closes it before the backend is closed. */
  StagedLane newLane();

  /** Memory for a decoded picture, from where lanes read it; the caller closes it. */
  PixelMemory newPixels();

  /** What it takes of the device's memory; empty where the device is the processor. */
  Optional<DeviceMemory> memory();

  /** That the device does nothing more in this process, as a sentence; empty where it goes on. */
  default String failure() {
    return "";
  }

  @Override
  void close();
}
