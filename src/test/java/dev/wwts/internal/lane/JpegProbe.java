package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Parts;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/** Pixels of pictures that were decoded on a card beside the processor's. */
public final class JpegProbe implements AutoCloseable {
  private final Parts parts = new Parts();
  private final CudaStream stream;
  private final CardJpegs card;
  private final Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
  private final NativeBuffer host = new NativeBuffer();
  private final PinnedBuffer back = new PinnedBuffer(1);

  /** Makes one for any number of pictures: setting nvJPEG up takes some tenths of a second. */
  public JpegProbe(Path model, Device device) {
    Bundle bundle = Bundle.describe(model);
    LibTorch.load();
    CudaRuntime.load();
    CudaSetup setup =
        new CudaSetup(
            bundle,
            device.index(),
            torch.ScalarType.Float,
            false,
            Set.of(),
            false,
            true,
            new Remarks());
    CudaRuntime.use(device.index());
    parts.add(decoder, decoder::close);
    parts.add(host, host::close);
    parts.add(back, back::close);
    CudaStream own = new CudaStream(device.index());
    this.stream = parts.add(own, own::close);
    FusedPreprocessor preprocessor = new FusedPreprocessor(setup, stream);
    parts.add(preprocessor, preprocessor::close);
    SlotClock clock = new SlotClock();
    parts.add(clock, clock::close);
    try {
      CardJpegs jpegs = new CardJpegs(setup, stream, preprocessor.source(), () -> clock);
      this.card = parts.add(jpegs, jpegs::close);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  /**
   * How far they are apart.
   *
   * @param onCard whether the card decoded it; if not, the rest is 0
   * @param largest of a sample, in levels of 0 to 255
   * @param mean of all samples, in levels
   */
  public record Difference(boolean onCard, int largest, double mean) {}

  /** Decodes one picture both ways. */
  public static Difference of(Path model, Device device, byte[] picture) {
    try (JpegProbe probe = new JpegProbe(model, device)) {
      return probe.of(picture);
    }
  }

  /** Decodes a picture both ways. */
  public Difference of(byte[] picture) {
    ByteBuffer encoded = ByteBuffer.wrap(picture);
    Pixels actual = decoder.decode(encoded, host, card, "picture");
    if (!actual.onCard()) {
      return new Difference(false, 0, 0);
    }
    int bytes = 3 * actual.width() * actual.height();
    long address = back.reserve(bytes);
    stream.download(address, actual.address(), bytes);
    stream.await();
    Pixels expected = decoder.decode(encoded, host, "picture");
    return difference(new Bytes(address, bytes), new Bytes(expected.address(), bytes));
  }

  private static Difference difference(Bytes actual, Bytes expected) {
    int largest = 0;
    long total = 0;
    for (long i = 0; i < actual.limit(); i++) {
      int apart = Math.abs((actual.get(i) & 0xFF) - (expected.get(i) & 0xFF));
      largest = Math.max(largest, apart);
      total += apart;
    }
    return new Difference(true, largest, (double) total / actual.limit());
  }

  @Override
  public void close() {
    stream.await();
    parts.close();
  }

  private static final class Bytes extends BytePointer {
    Bytes(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
