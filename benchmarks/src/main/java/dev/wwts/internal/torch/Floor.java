package dev.wwts.internal.torch;

import java.util.List;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Large operations that a device does at its best rate. Which product is fastest depends on the
 * processor's caches, so that several are tried and the fastest is kept.
 */
public final class Floor implements AutoCloseable {
  private static final long COPIED = 256L << 20;
  private static final int WARM_UPS = 3;
  private static final int TRIALS = 8;

  private final boolean cuda;
  private final int threads;
  private final List<Product> products;
  private final Product best;
  private final Owned<Tensor> source;
  private final Owned<Tensor> target;

  /** Makes the operands and finds the fastest product. */
  public Floor(String device, String precision, int threads) {
    LibTorch.load();
    this.threads = threads;
    this.cuda = device.startsWith("cuda");
    DeviceOptional where = new DeviceOptional(new Device(device));
    TensorOptions options =
        new TensorOptions(
                switch (precision) {
                  case "FP16" -> torch.ScalarType.Half;
                  case "BF16" -> torch.ScalarType.BFloat16;
                  default -> torch.ScalarType.Float;
                })
            .device(where);
    LibTorch.useThreads(threads);
    this.products = cuda ? onCard(options) : onCpu(options);
    this.best = fastest();
    TensorOptions bytes =
        new TensorOptions(torch.ScalarType.Byte).device(where);
    this.source = random(bytes);
    this.target = random(bytes);
  }

  private static Owned<Tensor> random(TensorOptions bytes) {
    return NativeScope.inference(
        () -> new Owned<>(new Tensor(torch.empty(new long[] {COPIED}, bytes, null).random_())));
  }

  private static List<Product> onCpu(TensorOptions options) {
    return List.of(
        Product.linear(options, 1024, 1024, 1024),
        Product.linear(options, 2048, 2048, 2048),
        Product.linear(options, 4096, 1024, 1024),
        Product.linear(options, 197, 768, 3072),
        Product.convolution(options, 256, 58),
        Product.convolution(options, 512, 30));
  }

  private static List<Product> onCard(TensorOptions options) {
    // as networks in fp32: by itself LibTorch lets cuDNN round to TF32, and cuBLAS not
    Context context = torch.globalContext();
    context.setAllowTF32CuDNN(false);
    context.setAllowTF32CuBLAS(false);
    return List.of(
        Product.square(options, 4096),
        Product.square(options, 8192),
        Product.convolution(options, 1024, 130));
  }

  private Product fastest() {
    Product fastest = products.get(0);
    double most = 0;
    for (Product each : products) {
      double rate = 0;
      for (int i = 0; i < WARM_UPS + TRIALS; i++) {
        double now = rate(each);
        rate = i < WARM_UPS ? 0 : Math.max(rate, now);
      }
      if (rate > most) {
        most = rate;
        fastest = each;
      }
    }
    return fastest;
  }

  private double rate(Product product) {
    long start = System.nanoTime();
    product.run();
    await();
    return product.operations() * 1e9 / (System.nanoTime() - start);
  }

  private void await() {
    if (cuda) {
      torch.cuda_synchronize();
    }
  }

  /**
   * One product.
   *
   * @return its floating-point operations a second
   */
  public double multiply() {
    LibTorch.useThreads(threads);
    return rate(best);
  }

  /**
   * One copy within the device's memory.
   *
   * @return the bytes read and written, a second
   */
  public double copy() {
    LibTorch.useThreads(threads);
    long start = System.nanoTime();
    NativeScope.inference(() -> target.get().copy_(source.get()));
    await();
    return 2e9 * COPIED / (System.nanoTime() - start);
  }

  @Override
  public void close() {
    products.forEach(Product::close);
    source.close();
    target.close();
  }
}
