package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.nvjpeg.NVJPEG_BACKEND_HYBRID;
import static org.bytedeco.cuda.global.nvjpeg.NVJPEG_FLAGS_BITSTREAM_STRICT;
import static org.bytedeco.cuda.global.nvjpeg.NVJPEG_FLAGS_UPSAMPLING_WITH_INTERPOLATION;
import static org.bytedeco.cuda.global.nvjpeg.NVJPEG_OUTPUT_RGBI;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegBufferDeviceCreateV2;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegBufferDeviceDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegBufferPinnedCreateV2;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegBufferPinnedDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegCreateExV2;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeJpegDevice;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeJpegHost;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeJpegTransferToDevice;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeParamsCreate;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeParamsDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecodeParamsSetOutputFormat;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecoderCreate;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecoderDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecoderJpegSupported;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDecoderStateCreate;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegGetProperty;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegJpegStateDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegJpegStreamCreate;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegJpegStreamDestroy;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegJpegStreamGetFrameDimensions;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegJpegStreamParse;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegStateAttachDeviceBuffer;
import static org.bytedeco.cuda.global.nvjpeg.nvjpegStateAttachPinnedBuffer;

import dev.wwts.DeviceException;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.PixelBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.cuda.global.nvjpeg;
import org.bytedeco.cuda.nvjpeg.nvjpegBufferDevice;
import org.bytedeco.cuda.nvjpeg.nvjpegBufferPinned;
import org.bytedeco.cuda.nvjpeg.nvjpegDecodeParams;
import org.bytedeco.cuda.nvjpeg.nvjpegHandle;
import org.bytedeco.cuda.nvjpeg.nvjpegImage_t;
import org.bytedeco.cuda.nvjpeg.nvjpegJpegDecoder;
import org.bytedeco.cuda.nvjpeg.nvjpegJpegState;
import org.bytedeco.cuda.nvjpeg.nvjpegJpegStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * NVIDIA's JPEG decoder: Huffman decoding by the calling thread, which hears of damaged data before
 * anything is queued; the rest, chroma interpolated as libjpeg does, by the card. One for each
 * lane, on its stream.
 */
public final class NvJpeg implements AutoCloseable {
  private static final int CHANNELS = 3;

  private final CudaStream stream;
  private final nvjpegHandle handle = new nvjpegHandle();
  private final nvjpegJpegDecoder decoder = new nvjpegJpegDecoder();
  private final nvjpegJpegState state = new nvjpegJpegState();
  private final nvjpegJpegStream jpeg = new nvjpegJpegStream();
  private final nvjpegDecodeParams params = new nvjpegDecodeParams();
  private final nvjpegBufferPinned pinned = new nvjpegBufferPinned();
  private final nvjpegBufferDevice device = new nvjpegBufferDevice();
  private final nvjpegImage_t image = new nvjpegImage_t();
  private final Source source = new Source();
  private final Source target = new Source();
  private final int[] width = {0};
  private final int[] height = {0};
  private final int[] unsupported = {0};
  private final CudaEvent transferred = new CudaEvent();

  /** What undoes the making, last first. */
  private final Deque<Runnable> parts = new ArrayDeque<>();

  private boolean pending;
  private boolean closed;

  /** Loads on first use; the holder's class initialisation is the lock. */
  private static final class Loaded {
    static final String FAULT = load();

    private Loaded() {}

    private static String load() {
      try {
        Loader.load(nvjpeg.class);
        return "";
      } catch (LinkageError e) {
        return NoCuda.missingLibrary(LinkErrors.words(e));
      }
    }
  }

  /** Why it can't be used; empty where it can. CUDA's runtime must be loaded. */
  public static String fault() {
    return Loaded.FAULT;
  }

  /** For people: its version, or why it can't be used. */
  public static String status() {
    if (!fault().isEmpty()) {
      return "not there: " + fault();
    }
    int[] part = {0};
    StringBuilder version = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      version.append(i == 0 ? "" : ".").append(nvjpegGetProperty(i, part) == 0 ? part[0] : "?");
    }
    return version.toString();
  }

  /**
   * Makes one for the stream's card, which must be the current one. Waits until no graph is being
   * captured, as what it sets up may wait for the card.
   *
   * @throws DeviceException if nvJPEG refuses
   */
  public NvJpeg(CudaStream stream) {
    this.stream = stream;
    try {
      parts.push(transferred::close);
      CudaGraph.betweenCaptures(this::create);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void create() {
    int flags = NVJPEG_FLAGS_UPSAMPLING_WITH_INTERPOLATION | NVJPEG_FLAGS_BITSTREAM_STRICT;
    made(
        handle,
        nvjpegCreateExV2(
            NVJPEG_BACKEND_HYBRID, NvJpegMemory.card(), NvJpegMemory.host(), flags, handle),
        "nvjpegCreateExV2",
        () -> nvjpegDestroy(handle));
    made(
        decoder,
        nvjpegDecoderCreate(handle, NVJPEG_BACKEND_HYBRID, decoder),
        "nvjpegDecoderCreate",
        () -> nvjpegDecoderDestroy(decoder));
    made(
        pinned,
        nvjpegBufferPinnedCreateV2(handle, NvJpegMemory.host(), pinned),
        "nvjpegBufferPinnedCreateV2",
        () -> nvjpegBufferPinnedDestroy(pinned));
    made(
        device,
        nvjpegBufferDeviceCreateV2(handle, NvJpegMemory.card(), device),
        "nvjpegBufferDeviceCreateV2",
        () -> nvjpegBufferDeviceDestroy(device));
    made(
        state,
        nvjpegDecoderStateCreate(handle, decoder, state),
        "nvjpegDecoderStateCreate",
        () -> nvjpegJpegStateDestroy(state));
    made(
        jpeg,
        nvjpegJpegStreamCreate(handle, jpeg),
        "nvjpegJpegStreamCreate",
        () -> nvjpegJpegStreamDestroy(jpeg));
    made(
        params,
        nvjpegDecodeParamsCreate(handle, params),
        "nvjpegDecodeParamsCreate",
        () -> nvjpegDecodeParamsDestroy(params));
    check(
        nvjpegDecodeParamsSetOutputFormat(params, NVJPEG_OUTPUT_RGBI),
        "nvjpegDecodeParamsSetOutputFormat");
    check(nvjpegStateAttachPinnedBuffer(state, pinned), "nvjpegStateAttachPinnedBuffer");
    check(nvjpegStateAttachDeviceBuffer(state, device), "nvjpegStateAttachDeviceBuffer");
    image.retainReference();
    parts.push(image::releaseReference);
  }

  private void made(Pointer object, int code, String call, Runnable undo) {
    check(code, call);
    object.retainReference();
    parts.push(
        () -> {
          undo.run();
          object.releaseReference();
        });
  }

  private static void check(int code, String call) {
    if (code != 0) {
      throw new DeviceException(
          "nvJPEG can't be set up: %s failed: %s; or use decoder cpu."
              .formatted(call, words(code)));
    }
  }

  /**
   * Decodes a JPEG, or says why not. The host's part is done when it returns, the card's queued.
   *
   * @param address the encoded bytes in the host's memory
   * @param header what they say of the picture
   * @param pixels where it goes on the card: asked once the host's part is done
   * @return empty, or why nvJPEG refuses the picture
   */
  public String decode(long address, int bytes, PictureHeader header, PixelBuffer pixels) {
    if (pending) {
      // the last picture's coefficients may still be on their way
      transferred.await();
      pending = false;
    }
    int code = nvjpegJpegStreamParse(handle, source.at(address, bytes), bytes, 0, 0, jpeg);
    if (code == 0) {
      code = nvjpegJpegStreamGetFrameDimensions(jpeg, width, height);
    }
    if (code == 0 && (width[0] != header.width() || height[0] != header.height())) {
      // it would write another number of bytes than there is memory for
      return "it takes it for one of another size";
    }
    if (code == 0) {
      code = nvjpegDecoderJpegSupported(decoder, jpeg, params, unsupported);
    }
    if (code == 0 && unsupported[0] != 0) {
      return words(nvjpeg.NVJPEG_STATUS_JPEG_NOT_SUPPORTED);
    }
    if (code == 0) {
      code = nvjpegDecodeJpegHost(handle, decoder, state, params, jpeg);
    }
    return code == 0 ? queue(header, pixels) : words(code);
  }

  private String queue(PictureHeader header, PixelBuffer pixels) {
    image.channel(0, target.at(pixels.reserve(header.bytes()), header.bytes()));
    image.pitch(0, (long) CHANNELS * header.width());
    int code = nvjpegDecodeJpegTransferToDevice(handle, decoder, state, jpeg, stream.raw());
    transferred.record(stream);
    pending = true;
    if (code == 0) {
      code = nvjpegDecodeJpegDevice(handle, decoder, state, image, stream.raw());
    }
    return code == 0 ? "" : words(code);
  }

  /** All that was queued on the stream is done: there is nothing to wait for. */
  public void settled() {
    pending = false;
  }

  private static String words(int code) {
    String text =
        switch (code) {
          case nvjpeg.NVJPEG_STATUS_INVALID_PARAMETER -> "wrong argument";
          case nvjpeg.NVJPEG_STATUS_BAD_JPEG -> "damaged";
          case nvjpeg.NVJPEG_STATUS_JPEG_NOT_SUPPORTED -> "not supported";
          case nvjpeg.NVJPEG_STATUS_ALLOCATOR_FAILURE -> "too little memory";
          case nvjpeg.NVJPEG_STATUS_EXECUTION_FAILED -> "the card failed";
          case nvjpeg.NVJPEG_STATUS_ARCH_MISMATCH -> "not for this card";
          case nvjpeg.NVJPEG_STATUS_INCOMPLETE_BITSTREAM -> "incomplete";
          default -> "an error";
        };
    return text + " (" + code + ")";
  }

  /** Frees it, between captures as it was made; the stream must be idle. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      CudaGraph.betweenCaptures(this::free);
    }
  }

  private void free() {
    while (!parts.isEmpty()) {
      parts.pop().run();
    }
  }

  /** A pointer that is told where to point each time; it owns nothing. */
  private static final class Source extends BytePointer {
    Source() {
      super((Pointer) null);
    }

    Source at(long start, long bytes) {
      this.address = start;
      this.limit = bytes;
      this.capacity = bytes;
      return this;
    }
  }
}
