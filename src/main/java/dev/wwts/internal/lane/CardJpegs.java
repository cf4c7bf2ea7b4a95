package dev.wwts.internal.lane;

import dev.wwts.DeviceException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.cuda.NvJpeg;
import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.OutOfMemory;
import java.util.function.Supplier;

/**
 * A lane's decoder of JPEGs on the card: pixels go where the preprocessing kernel reads them, in
 * the order of the lane's stream.
 */
final class CardJpegs implements JpegCard, AutoCloseable {
  private final Remarks remarks;
  private final CudaStream stream;
  private final DeviceBuffer source;
  private final Supplier<SlotClock> clock;
  private final NvJpeg decoder;

  /**
   * Makes one.
   *
   * @param source where the pixels go
   * @param clock gives the clock of the picture that is decoded
   */
  CardJpegs(CudaSetup setup, CudaStream stream, DeviceBuffer source, Supplier<SlotClock> clock) {
    this.remarks = setup.remarks();
    this.stream = stream;
    this.source = source;
    this.clock = clock;
    this.decoder = new NvJpeg(stream);
  }

  /**
   * Checks that the current card can decode.
   *
   * @throws DeviceException if it can't; the message says why
   */
  static void require() {
    String kernel = NativeLibrary.cardFault();
    if (!kernel.isEmpty()) {
      throw new DeviceException(
          "Decoder gpu needs the preprocessing kernel, which reads the pixels on the card: %s; build it with cmake, or use decoder cpu."
              .formatted(kernel));
    }
    String fault = NvJpeg.fault();
    if (!fault.isEmpty()) {
      throw new DeviceException("Decoder gpu: %s; or use decoder cpu.".formatted(fault));
    }
  }

  @Override
  public long decode(long jpeg, int bytes, PictureHeader header) {
    long[] pixels = {0};
    try {
      String refusal =
          decoder.decode(
              jpeg,
              bytes,
              header,
              count -> {
                clock.get().start.record(stream);
                pixels[0] = source.reserve(count);
                return pixels[0];
              });
      if (refusal.isEmpty()) {
        return pixels[0];
      }
      remarks.add(new Remark.RefusedJpeg(refusal));
      return 0;
    } catch (RuntimeException e) {
      RuntimeException typed = OutOfMemory.typed(e);
      if (!(typed instanceof OutOfDeviceMemoryException)) {
        throw typed;
      }
      // the whole picture has no room: the CPU's decoder needs only what the crop reads
      remarks.add(new Remark.LargeJpeg());
      return 0;
    }
  }

  @Override
  public void left() {
    remarks.add(new Remark.OtherJpegs());
  }

  void settled() {
    decoder.settled();
  }

  @Override
  public void close() {
    decoder.close();
  }
}
