package dev.wwts.internal.image;

import java.nio.ByteBuffer;

/**
 * Decodes WebP: without transparency straight to where the pixels go, else through four channels,
 * row by row.
 */
final class WebpDecoder implements AutoCloseable {
  private final NativeBuffer scratch = new NativeBuffer();
  private byte[] row = {};
  private byte[] rgb = {};

  /**
   * Decodes the picture, or the first frame of an animation on a picture that is black, or white
   * where that is asked for.
   */
  void decode(NativeCodec codec, Encoded picture, WebpLayout webp, AlphaMode alpha, long address) {
    WebpFrame frame = webp.frame();
    Encoded still = frame.isAnimated() ? frame.toStill(picture) : picture;
    if (!frame.alpha() && frame.covers(webp.header())) {
      codec.decode(still, webp, frame.width(), frame.height(), NativeCodec.RGB, address);
      return;
    }
    int channels = frame.alpha() ? NativeCodec.BGRA : NativeCodec.RGB;
    long decoded = scratch.reserve((long) channels * frame.width() * frame.height());
    codec.decode(still, webp, frame.width(), frame.height(), channels, decoded);
    // as in Pillow, transparency counts where the header announces it
    boolean white = alpha == AlphaMode.WHITE && webp.header().alpha();
    Canvas canvas = new Canvas(address, webp.header());
    if (!frame.covers(webp.header())) {
      canvas.clear(white ? 255 : 0);
    }
    paint(frame, decoded, channels, white, canvas);
  }

  private void paint(WebpFrame frame, long decoded, int channels, boolean white, Canvas canvas) {
    int pitch = channels * frame.width();
    if (row.length < 4 * frame.width()) {
      row = new byte[4 * frame.width()];
      rgb = new byte[3 * frame.width()];
    }
    for (int y = 0; y < frame.height(); y++) {
      // a view for each row: the four channels together can be more than a buffer may hold
      ByteBuffer view = Address.view(decoded + (long) y * pitch, pitch);
      view.get(0, channels == NativeCodec.RGB ? rgb : row, 0, pitch);
      if (channels == NativeCodec.BGRA) {
        convert(frame.width(), white);
      }
      canvas.spread(frame.y() + y, frame.x(), 1, rgb, frame.width());
    }
  }

  private void convert(int width, boolean white) {
    for (int i = 0; i < width; i++) {
      int alpha = white ? row[4 * i + 3] & 0xFF : 255;
      rgb[3 * i] = Alpha.onWhite(row[4 * i + 2] & 0xFF, alpha);
      rgb[3 * i + 1] = Alpha.onWhite(row[4 * i + 1] & 0xFF, alpha);
      rgb[3 * i + 2] = Alpha.onWhite(row[4 * i] & 0xFF, alpha);
    }
  }

  /** See {@link NativeBuffer#trim}. */
  void rest() {
    scratch.trim();
  }

  @Override
  public void close() {
    scratch.close();
  }
}
