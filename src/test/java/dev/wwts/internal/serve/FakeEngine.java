package dev.wwts.internal.serve;

import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.Precision;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.Lane;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.remark.Remark;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** A device that is an imitation: its lanes are the test's, its memory is counted. */
class FakeEngine implements Engine {
  final List<Remark> remarks = new CopyOnWriteArrayList<>();
  final Set<PixelMemory> memory = ConcurrentHashMap.newKeySet();
  final AtomicBoolean closed = new AtomicBoolean();

  /** Told of the bytes of a picture before it gets them. */
  volatile LongConsumer reserving = bytes -> {};

  /** Told before a block is made. */
  volatile Runnable making = () -> {};

  /** So many more blocks are refused. */
  final AtomicInteger refusals = new AtomicInteger();

  private final Supplier<? extends Lane> lanes;

  FakeEngine(Supplier<? extends Lane> lanes) {
    this.lanes = lanes;
  }

  @Override
  public Lane newLane() {
    return lanes.get();
  }

  @Override
  public float[][] embeddings(int[][] ids) {
    throw new IllegalStateException("It knows no texts.");
  }

  /** Blocks that are not closed are left in {@link #memory}. */
  @Override
  public PixelMemory newPixels() {
    making.run();
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new OutOfMemoryError("no block");
    }
    NativeBuffer block = new NativeBuffer();
    PixelMemory counted =
        new PixelMemory() {
          @Override
          public long capacity() {
            return block.capacity();
          }

          @Override
          public long reserve(long bytes) {
            reserving.accept(bytes);
            return block.reserve(bytes);
          }

          @Override
          public void rest() {
            block.rest();
          }

          @Override
          public void close() {
            block.close();
            memory.remove(this);
          }
        };
    memory.add(counted);
    return counted;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public Precision precision() {
    return Precision.FP32;
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public List<Remark> remarks() {
    return remarks;
  }

  @Override
  public void remark(Remark remark) {
    remarks.add(remark);
  }

  @Override
  public Optional<DeviceMemory> memory() {
    return Optional.empty();
  }

  @Override
  public String failure() {
    return "";
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
