package dev.wwts.internal.image;

import dev.wwts.PictureException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pictures, one at a time; each lane has its own. Not thread safe. Buffers grow to the
 * largest picture of late and are reused; {@link #close} frees them.
 *
 * <p>A picture is an error where it is one for Pillow, and beyond that where a PNG's data checksum
 * is wrong, where a JPEG could not possibly hold what its header claims or needs too many passes,
 * and for the rare kinds that the message names (arithmetic-coded, lossless, hierarchical JPEG).
 * Bytes behind the end of the picture are ignored.
 */
public final class Decoder implements AutoCloseable {
  private final Limits limits;
  private final AlphaMode alpha;
  private final NativeCodec nativeCodec = new NativeCodec();
  private final WebpDecoder webp = new WebpDecoder();
  private final PngDecoder png = new PngDecoder();
  private final GifDecoder gif = new GifDecoder();
  private final BmpDecoder bmp = new BmpDecoder();
  private boolean closed;

  /**
   * Creates one and, the first time, loads OpenCV; native memory is taken with the first picture.
   */
  public Decoder(Limits limits, AlphaMode alpha) {
    this.limits = Objects.requireNonNull(limits);
    this.alpha = Objects.requireNonNull(alpha);
  }

  /**
   * Decodes one picture.
   *
   * @param encoded the picture between position and limit, which stay as they are; direct buffers
   *     are decoded in place
   * @param into where the pixels go: asked once, after the header is checked, for 3 bytes a pixel
   * @param name how messages call the picture, such as a file name or {@code picture 3}
   * @return u8 RGB, height x width x 3, as stored; valid until {@code into} is used again
   * @throws PictureException any reason but UNREADABLE; this decoder stays usable
   * @throws IllegalStateException after {@link #close}
   */
  public Pixels decode(ByteBuffer encoded, PixelBuffer into, String name) {
    return decode(encoded, into, null, name);
  }

  /**
   * The same, but for JPEGs that {@code card} decodes.
   *
   * @param card gets those in which this decoder would find nothing to refuse; null for none
   */
  public Pixels decode(ByteBuffer encoded, PixelBuffer into, @Nullable JpegCard card, String name) {
    if (closed) {
      throw new IllegalStateException("the decoder is closed");
    }
    Encoded picture = new Encoded(encoded, name);
    limits.checkBytes(picture);
    Layout layout = Layout.of(picture);
    PictureHeader header = layout.header();
    limits.checkPixels(picture, header);
    check(picture, layout);
    if (card != null && layout instanceof JpegLayout jpeg) {
      Pixels onCard = nativeCodec.onCard(picture, jpeg, card);
      if (onCard != null) {
        return onCard;
      }
    }
    long address = into.reserve(header.bytes());
    decode(picture, layout, address);
    return new Pixels(address, header, false);
  }

  /** What can be told before memory is taken. */
  private void check(Encoded picture, Layout layout) {
    if (layout instanceof JpegLayout jpeg) {
      jpeg.checkClaim(picture);
      if (jpeg.manyScans()) {
        limits.checkPasses(
            picture,
            jpeg.header(),
            JpegMarkers.countScans(picture, jpeg.scan(), Limits.MOST_PASSES + 1));
      } else {
        JpegTail.check(picture, jpeg);
      }
    } else if (layout instanceof PngLayout pngLayout) {
      png.verifyChunks(picture, pngLayout);
    } else if (layout instanceof WebpLayout webpLayout) {
      webpLayout.checkClaim(picture);
    } else if (layout instanceof GifLayout gifLayout) {
      gifLayout.checkClaim(picture);
    } else if (layout instanceof BmpLayout bmpLayout) {
      bmpLayout.checkClaim(picture);
    }
  }

  private void decode(Encoded picture, Layout layout, long address) {
    PictureHeader header = layout.header();
    if (layout instanceof PngLayout pngLayout) {
      png.decode(picture, pngLayout, alpha, new Canvas(address, header));
    } else if (layout instanceof GifLayout gifLayout) {
      gif.decode(picture, gifLayout, alpha, new Canvas(address, header));
    } else if (layout instanceof BmpLayout bmpLayout) {
      bmp.decode(picture, bmpLayout, alpha, new Canvas(address, header));
    } else if (layout instanceof WebpLayout webpLayout) {
      webp.decode(nativeCodec, picture, webpLayout, alpha, address);
    } else {
      nativeCodec.decode(
          picture, layout, header.width(), header.height(), NativeCodec.RGB, address);
    }
  }

  /** A picture is done: what only a huge one needed beside its pixels is given back. */
  public void rest() {
    nativeCodec.rest();
    webp.rest();
  }

  /** Frees the buffers. Closing twice does nothing. */
  @Override
  public void close() {
    closed = true;
    nativeCodec.close();
    webp.close();
    png.close();
  }
}
