package dev.wwts.internal.image.format;

import dev.wwts.PictureException;
import dev.wwts.internal.natives.Natives;
import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.NativeBuffer;
import java.util.function.LongUnaryOperator;
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
public final class NativeCodec implements AutoCloseable {
  /** Channels asked for: red, green, blue. */
  public static final int RGB = 3;

  /** Channels asked for: blue, green, red, alpha; only of a picture that has alpha. */
  public static final int BGRA = 4;

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
  public NativeCodec() {
    Natives.load(opencv_imgcodecs.class, "OpenCV", MOST_MEMORY);
  }

  /**
   * Decodes {@code width x height} pixels of {@link #RGB} or {@link #BGRA} to {@code address}, rows
   * without gaps.
   *
   * @param header of the whole picture, for messages
   * @return whether the picture was decoded; the target may be half filled if not
   */
  public boolean decode(
      Encoded picture, PictureHeader header, int width, int height, int channels, long address) {
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
        return false;
      }
      return true;
    } catch (RuntimeException e) {
      closeTarget();
      throw translate(picture, header, e);
    }
  }

  /** What {@code use} makes of the address of the encoded bytes in native memory. */
  public long withSource(Encoded picture, LongUnaryOperator use) {
    try (BytePointer source = source(picture)) {
      return use.applyAsLong(source.address());
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
    // of the pointer only the address counts, and a buffer could be too short for four channels
    BytePointer at = new BytePointer(Address.view(address, 1));
    Mat fresh = new Mat(height, width, type, at);
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

  /** For a picture of which {@link #decode} made nothing. */
  public static PictureException failure(Encoded picture, PictureHeader header) {
    return picture.corrupt(undecodable(header));
  }

  private static String undecodable(PictureHeader header) {
    return "its " + header.format() + " data can't be decoded";
  }

  /**
   * OpenCV's text has a path of the machine it was built on and a line of its source; it stays in
   * the cause.
   */
  private static PictureException translate(
      Encoded picture, PictureHeader header, RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("Insufficient memory") || text.contains("bad_alloc")) {
      return picture.tooLarge(
          "needs more memory than there is for its " + header.pixels() + " pixels", e);
    }
    return picture.corrupt(undecodable(header), e);
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
    BytePointer copy = new BytePointer(input.view(count)).put(PADDING);
    picture.copyTo(copy);
    return copy;
  }

  /** See {@link NativeBuffer#trim}. */
  public void rest() {
    input.trim();
  }

  @Override
  public void close() {
    closeTarget();
    input.close();
  }
}
