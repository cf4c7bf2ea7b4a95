package dev.wwts.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Large operations that a device does at its best rate. */
public final class Floor implements AutoCloseable {
  private static final long CHANNELS = 1024;
  private static final long SIDE = 64;
  private static final long COPIED = 256L << 20;

  private final boolean cuda;
  private final int threads;
  private final Owned<Tensor> left;
  private final Owned<Tensor> right;
  private final Owned<Tensor> source;
  private final Owned<Tensor> target;

  /** Makes the operands. */
  public Floor(String device, String precision, int threads) {
    LibTorch.load();
    this.threads = threads;
    this.cuda = device.startsWith("cuda");
    TensorOptions options =
        new TensorOptions(
            switch (precision) {
              case "FP16" -> torch.ScalarType.Half;
              case "BF16" -> torch.ScalarType.BFloat16;
              default -> torch.ScalarType.Float;
            });
    options.device().put(new Device(device));
    this.left = filled(options, cuda ? new long[] {8192, 8192} : new long[] {1, CHANNELS, SIDE, SIDE});
    this.right = filled(options, cuda ? new long[] {8192, 8192} : new long[] {CHANNELS, CHANNELS, 1, 1});
    TensorOptions bytes =
        new TensorOptions(torch.ScalarType.Byte)
            .device(new DeviceOptional(new Device(device)));
    this.source = filled(bytes, new long[] {COPIED});
    this.target = filled(bytes, new long[] {COPIED});
  }

  private static Owned<Tensor> filled(TensorOptions options, long[] shape) {
    return NativeScope.inference(
        () -> new Owned<>(new Tensor(torch.empty(shape, options, null).fill_(new Scalar(1)))));
  }

  /**
   * One product: on a CPU as a convolution of 1 x 1, which is what reaches oneDNN.
   *
   * @return its floating-point operations
   */
  public double multiply() {
    LibTorch.useThreads(threads);
    NativeScope.inference(
        () -> cuda ? torch.mm(left.get(), right.get()) : torch.conv2d(left.get(), right.get()));
    if (cuda) {
      torch.cuda_synchronize();
      return 2.0 * 8192 * 8192 * 8192;
    }
    return 2.0 * CHANNELS * CHANNELS * SIDE * SIDE;
  }

  /**
   * One copy within the device's memory.
   *
   * @return the bytes read and written
   */
  public double copy() {
    LibTorch.useThreads(threads);
    NativeScope.inference(() -> target.get().copy_(source.get()));
    if (cuda) {
      torch.cuda_synchronize();
    }
    return 2.0 * COPIED;
  }

  @Override
  public void close() {
    left.close();
    right.close();
    source.close();
    target.close();
  }
}
