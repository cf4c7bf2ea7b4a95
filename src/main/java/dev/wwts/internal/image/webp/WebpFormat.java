package dev.wwts.internal.image.webp;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.NativeCodec;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.format.PixelLayout;
import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.NativeBuffer;
import java.nio.ByteBuffer;

/**
 * Lossy and lossless WebP, decoded by OpenCV's libwebp: without transparency straight to where the
 * pixels go, else through four channels, row by row. Of an animated one the first frame is laid on
 * a picture that is black, or white where that is asked for.
 */
public final class WebpFormat implements PictureFormat<WebpLayout> {
  static final String LABEL = "WebP";

  private static final PixelLayout ON_WHITE = new PixelLayout(NativeCodec.BGRA, 2, 1, 0, 3);
  private static final PixelLayout DROPPED = new PixelLayout(NativeCodec.BGRA, 2, 1, 0, -1);

  private final NativeCodec codec = new NativeCodec();
  private final NativeBuffer scratch = new NativeBuffer();
  private byte[] row = {};
  private byte[] rgb = {};

  /** Creates one and, the first time, loads OpenCV. */
  public WebpFormat() {}

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "RIFF") && picture.has(8, "WEBP");
  }

  @Override
  public WebpLayout read(Encoded picture) {
    return WebpLayout.read(picture);
  }

  @Override
  public void check(Encoded picture, WebpLayout webp, long maxPixels) {
    webp.checkClaim(picture);
  }

  @Override
  public void decode(Encoded picture, WebpLayout webp, boolean onWhite, long address) {
    WebpFrame frame = webp.frame();
    Encoded still = frame.isAnimated() ? frame.toStill(picture) : picture;
    if (!frame.alpha() && frame.covers(webp.header())) {
      decode(still, webp, NativeCodec.RGB, address);
      return;
    }
    int channels = frame.alpha() ? NativeCodec.BGRA : NativeCodec.RGB;
    long decoded = scratch.reserve((long) channels * frame.width() * frame.height());
    decode(still, webp, channels, decoded);
    // as in Pillow, transparency counts where the header announces it
    boolean white = onWhite && webp.header().alpha();
    Canvas canvas = new Canvas(address, webp.header());
    if (!frame.covers(webp.header())) {
      canvas.clear(white ? 255 : 0);
    }
    paint(frame, decoded, channels, white, canvas);
  }

  private void decode(Encoded still, WebpLayout webp, int channels, long address) {
    WebpFrame frame = webp.frame();
    if (!codec.decode(still, webp.header(), frame.width(), frame.height(), channels, address)) {
      throw NativeCodec.failure(still, webp.header());
    }
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
        (white ? ON_WHITE : DROPPED).toRgb(row, 0, frame.width(), rgb);
      }
      canvas.spread(frame.y() + y, frame.x(), 1, rgb, frame.width());
    }
  }

  @Override
  public void rest() {
    codec.rest();
    scratch.trim();
  }

  @Override
  public void close() {
    codec.close();
    scratch.close();
  }
}
