package dev.wwts.image;

import dev.wwts.PictureException;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * JPEG and WebP through OpenCV's imdecode (libjpeg-turbo, libwebp), which gives Pillow's pixels exactly; CMYK within 2 levels.
 *
 * <p>OpenCV decodes into a matrix header that is laid over the caller's memory. No setting of OpenCV is touched. Its threads
 * are not used but for transparent and animated WebP, where it converts colours.
 */
final class NativeCodec implements AutoCloseable {
  /** libwebp's reader in OpenCV looks at so many bytes before it asks how many there are. */
  private static final int LEAST_BYTES = 32;

  private static final int TO_RGB = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

  private final NativeBuffer input = new NativeBuffer();
  private final NativeBuffer fourChannels = new NativeBuffer();
  private byte[] row = {};
  private byte[] rgb = {};

  /** Decodes to RGB at {@code address}. */
  void decode(Encoded picture, Layout layout, long address) {
    decode(picture, layout, address, opencv_core.CV_8UC3, TO_RGB);
  }

  /** Decodes a picture with alpha and lays it on white. */
  void decodeOnWhite(Encoded picture, Layout layout, Canvas canvas) {
    PictureHeader header = layout.header();
    long bytes = 4 * header.pixels();
    long address = fourChannels.reserve(bytes);
    decode(picture, layout, address, opencv_core.CV_8UC4, opencv_imgcodecs.IMREAD_UNCHANGED);
    int pitch = 4 * header.width();
    if (row.length < pitch) {
      row = new byte[pitch];
      rgb = new byte[3 * header.width()];
    }
    for (int y = 0; y < header.height(); y++) {
      // a view of its own for each row: the four channels together can be more than a buffer may hold
      Address.view(address + (long) y * pitch, pitch).get(0, row, 0, pitch);
      blend(header.width());
      canvas.row(y, rgb, 0);
    }
  }

  private void blend(int width) {
    for (int i = 0; i < width; i++) {
      int alpha = row[4 * i + 3] & 0xFF;
      rgb[3 * i] = Alpha.onWhite(row[4 * i + 2] & 0xFF, alpha);
      rgb[3 * i + 1] = Alpha.onWhite(row[4 * i + 1] & 0xFF, alpha);
      rgb[3 * i + 2] = Alpha.onWhite(row[4 * i] & 0xFF, alpha);
    }
  }

  private void decode(Encoded picture, Layout layout, long address, int type, int flags) {
    PictureHeader header = layout.header();
    int channels = opencv_core.CV_MAT_CN(type);
    BytePointer target = Address.of(address, channels * header.pixels());
    try (BytePointer source = source(picture);
        Mat encoded = new Mat(1, (int) source.limit(), opencv_core.CV_8UC1, source);
        Mat decoded = new Mat(header.height(), header.width(), type, target);
        Mat result = opencv_imgcodecs.imdecode(encoded, flags, decoded)) {
      // the result is empty after an error, when the target may be half filled; another address means another size or type
      if (result.empty() || result.data().address() != address) {
        throw failure(picture, layout);
      }
    } catch (PictureException e) {
      throw e;
    } catch (RuntimeException e) {
      throw translate(picture, header, e);
    }
  }

  private static PictureException failure(Encoded picture, Layout layout) {
    if (layout instanceof JpegLayout jpeg && !JpegMarkers.isComplete(picture, jpeg.scan())) {
      return picture.truncated();
    }
    return picture.corrupt("its " + layout.header().format().label() + " data can't be decoded");
  }

  /** OpenCV's text has a path of the machine it was built on and a line of its source; it stays in the cause. */
  private static PictureException translate(Encoded picture, PictureHeader header, RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("Insufficient memory") || text.contains("bad_alloc")) {
      String what = picture.name() + " needs more memory than there is for its " + header.pixels() + " pixels";
      return new PictureException(PictureException.Reason.TOO_LARGE, what, e);
    }
    return picture.corrupt("its " + header.format().label() + " data can't be decoded", e);
  }

  /** The encoded bytes in native memory: where they are if they are there, else copied; short ones padded with zeros. */
  private BytePointer source(Encoded picture) {
    ByteBuffer bytes = picture.view(0, picture.size());
    if (bytes.isDirect() && bytes.limit() >= LEAST_BYTES) {
      return new BytePointer(bytes);
    }
    int count = Math.max(LEAST_BYTES, picture.size());
    ByteBuffer copy = input.view(count);
    copy.put(0, new byte[LEAST_BYTES]).put(bytes);
    return Address.of(input.reserve(count), count);
  }

  @Override
  public void close() {
    input.close();
    fourChannels.close();
  }
}
