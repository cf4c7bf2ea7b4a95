package dev.wwts.internal.torch;

import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** A picture's way from pinned memory to a card, as a lane sends it. */
public final class Upload implements AutoCloseable {
  private final long bytes;
  private final PinnedBuffer pinned;
  private final long host;
  private final CudaStream stream;
  private final Owned<Tensor> card;

  /** For pictures of so many bytes. */
  public Upload(dev.wwts.Device device, long bytes) {
    LibTorch.load();
    CudaRuntime.use(device.index());
    this.bytes = bytes;
    this.pinned = new PinnedBuffer(bytes);
    this.host = pinned.reserve(bytes);
    this.stream = new CudaStream(device.index());
    TensorOptions options =
        new TensorOptions(torch.ScalarType.Byte)
            .device(new DeviceOptional(new Device(device.toString())));
    this.card =
        NativeScope.inference(
            () -> new Owned<>(torch.empty(new long[] {bytes}, options, null)));
    CudaRuntime.synchronize();
  }

  /** Sends them and waits until they are there. */
  public void run() {
    stream.upload(NativeScope.inference(() -> card.get().data_ptr().address()), host, bytes);
    stream.await();
  }

  @Override
  public void close() {
    stream.await();
    card.close();
    stream.close();
    pinned.close();
  }
}
