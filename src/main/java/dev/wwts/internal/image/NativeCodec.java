package dev.wwts.internal.image;

import dev.wwts.PictureException;
import dev.wwts.internal.natives.Natives;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * JPEG and WebP through OpenCV's imdecode (libjpeg-turbo, libwebp), which gives Pillow's pixels
 * exactly; CMYK within 2 levels.
 *
 * <p>OpenCV decodes into a matrix header that is laid over the caller's memory. No setting of
 * OpenCV is touched, and none of its threads is started: these two decoders use none as long as no
 * colours have to be converted behind them.
 *
 * <p>libjpeg's complaint about damaged entropy-coded data goes to stderr, one line for a picture
 * that is decoded nevertheless, as by Pillow. OpenCV leaves no way to turn that off, and only
 * decoding the picture twice would tell beforehand.
 */
final class NativeCodec implements AutoCloseable {
  /** Channels asked for: red, green, blue. */
  static final int RGB = 3;

  /** Channels asked for: blue, green, red, alpha; only of a picture that has alpha. */
  static final int BGRA = 4;

  /** OpenCV's WebP reader looks at so many bytes before it asks how many there are. */
  private static final int LEAST_BYTES = 32;

  private static final int TO_RGB =
      opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  /** What loading OpenCV takes, bytes. */
  private static final long MOST_MEMORY = 32L << 20;

  private static final byte[] PADDING = new byte[LEAST_BYTES];

  private final NativeBuffer input = new NativeBuffer();
  private @Nullable Mat target;
  private long targetAddress;

  /** Loads OpenCV, so that the first picture needn't wait the second or more that this takes. */
  NativeCodec() {
    Natives.load(opencv_imgcodecs.class, "OpenCV", MOST_MEMORY);
  }

  /**
   * Decodes {@code width x height} pixels of {@link #RGB} or {@link #BGRA} to {@code address}, rows
   * without gaps.
   *
   * @param layout of the whole picture, for messages
   */
  void decode(Encoded picture, Layout layout, int width, int height, int channels, long address) {
    int type = channels == RGB ? opencv_core.CV_8UC3 : opencv_core.CV_8UC4;
    int flags = channels == RGB ? TO_RGB : opencv_imgcodecs.IMREAD_UNCHANGED;
    try (BytePointer source = source(picture);
        Mat encoded = new Mat(1, (int) source.limit(), opencv_core.CV_8UC1, source);
        Mat result =
            opencv_imgcodecs.imdecode(encoded, flags, target(height, width, type, address))) {
      // the result is empty after an error, when the target may be half filled; another address
      // means another size or type
      if (result.empty() || result.data().address() != address) {
        closeTarget();
        throw failure(picture, layout);
      }
    } catch (PictureException e) {
      throw e;
    } catch (RuntimeException e) {
      closeTarget();
      throw translate(picture, layout.header(), e);
    }
  }

  /** A JPEG's pixels on the card; null where they are this decoder's to make. */
  @Nullable Pixels onCard(Encoded picture, JpegLayout jpeg, JpegCard card) {
    int bytes = PlainJpeg.length(picture, jpeg);
    if (bytes == 0) {
      card.left();
      return null;
    }
    try (BytePointer source = source(picture)) {
      long address = card.decode(source.address(), bytes, jpeg.header());
      return address == 0 ? null : new Pixels(address, jpeg.header(), true);
    }
  }

  /** A header over the caller's memory, kept while pictures of one size follow each other. */
  private Mat target(int height, int width, int type, long address) {
    Mat kept = target;
    if (kept != null
        && targetAddress == address
        && kept.rows() == height
        && kept.cols() == width
        && kept.type() == type) {
      return kept;
    }
    closeTarget();
    long bytes = (long) opencv_core.CV_MAT_CN(type) * width * height;
    Mat fresh = new Mat(height, width, type, Address.of(address, bytes));
    target = fresh;
    targetAddress = address;
    return fresh;
  }

  private void closeTarget() {
    if (target != null) {
      target.close();
      target = null;
    }
  }

  private static PictureException failure(Encoded picture, Layout layout) {
    if (layout instanceof JpegLayout jpeg && !JpegMarkers.isComplete(picture, jpeg.scan())) {
      return picture.truncated();
    }
    return picture.corrupt("its " + layout.header().format().label() + " data can't be decoded");
  }

  /**
   * OpenCV's text has a path of the machine it was built on and a line of its source; it stays in
   * the cause.
   */
  private static PictureException translate(
      Encoded picture, PictureHeader header, RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("Insufficient memory") || text.contains("bad_alloc")) {
      String what =
          picture.name()
              + " needs more memory than there is for its "
              + header.pixels()
              + " pixels";
      return new PictureException(PictureException.Reason.TOO_LARGE, what, e);
    }
    return picture.corrupt("its " + header.format().label() + " data can't be decoded", e);
  }

  /**
   * The encoded bytes in native memory: where they are if they are there, else copied; short ones
   * padded with zeros.
   */
  private BytePointer source(Encoded picture) {
    int size = picture.size();
    if (picture.isDirect() && size >= LEAST_BYTES) {
      return new BytePointer(picture.view(0, size));
    }
    int count = Math.max(LEAST_BYTES, size);
    BytePointer copy = Address.of(input.reserve(count), count).put(PADDING);
    picture.copyTo(copy);
    return copy;
  }

  /** See {@link NativeBuffer#trim}. */
  void rest() {
    input.trim();
  }

  @Override
  public void close() {
    closeTarget();
    input.close();
  }
}
