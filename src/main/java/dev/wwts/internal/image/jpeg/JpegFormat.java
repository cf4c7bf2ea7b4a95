package dev.wwts.internal.image.jpeg;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.NativeCodec;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Pixels;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Baseline, extended and progressive JPEG with Huffman coding, 8 bits, grey, YCbCr, RGB, CMYK or
 * YCCK; decoded by OpenCV's libjpeg-turbo, or by a card.
 */
public final class JpegFormat implements PictureFormat<JpegLayout> {
  static final String LABEL = "JPEG";

  /**
   * A progressive JPEG may visit each of {@code maxPixels} pixels so many times. Usual files have
   * 10 passes; without a bound, one of some megabytes could hold a decoder for days. A pass over a
   * pixel takes about a nanosecond.
   */
  private static final int PASSES = 16;

  /** However small the picture, not more passes than this. */
  private static final int MOST_PASSES = 4 * PASSES;

  private final NativeCodec codec = new NativeCodec();

  /** Creates one and, the first time, loads OpenCV. */
  public JpegFormat() {}

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "\u00FF\u00D8\u00FF");
  }

  @Override
  public JpegLayout read(Encoded picture) {
    return JpegLayout.read(picture);
  }

  @Override
  public void check(Encoded picture, JpegLayout jpeg, long maxPixels) {
    jpeg.checkClaim(picture);
    if (jpeg.manyScans()) {
      checkPasses(picture, jpeg, maxPixels);
    } else {
      JpegTail.check(picture, jpeg);
    }
  }

  private static void checkPasses(Encoded picture, JpegLayout jpeg, long maxPixels) {
    int passes = JpegMarkers.countScans(picture, jpeg.scan(), MOST_PASSES + 1);
    long pixels = jpeg.header().pixels();
    if (passes > MOST_PASSES || passes * pixels > PASSES * maxPixels) {
      throw picture.tooLarge(
          String.format(
              Locale.ROOT,
              "is a JPEG that needs %d passes or more over its %,d pixels;"
                  + " at most %d passes and %,d pixels altogether are decoded",
              passes,
              pixels,
              MOST_PASSES,
              PASSES * maxPixels));
    }
  }

  @Override
  public @Nullable Pixels onCard(Encoded picture, JpegLayout jpeg, JpegCard card) {
    int bytes = PlainJpeg.length(picture, jpeg);
    if (bytes == 0) {
      card.left();
      return null;
    }
    long address = codec.withSource(picture, source -> card.decode(source, bytes, jpeg.header()));
    return address == 0 ? null : jpeg.header().pixelsAt(address, true);
  }

  @Override
  public void decode(Encoded picture, JpegLayout jpeg, boolean onWhite, long address) {
    PictureHeader header = jpeg.header();
    boolean decoded =
        codec.decode(picture, header, header.width(), header.height(), NativeCodec.RGB, address);
    if (!decoded) {
      throw JpegMarkers.isComplete(picture, jpeg.scan())
          ? NativeCodec.failure(picture, header)
          : picture.truncated();
    }
  }

  @Override
  public void rest() {
    codec.rest();
  }

  @Override
  public void close() {
    codec.close();
  }
}
