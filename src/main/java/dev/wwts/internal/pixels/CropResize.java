package dev.wwts.internal.pixels;

/**
 * Pillow's antialiased resize ({@code Resample.c}: 8 bits in, 8 bits between the passes and out,
 * coefficients of 22 bits), of the crop's pixels only. For pictures whose resized whole would be
 * many times the crop: a strip of 4000 x 30 pixels, its short side brought to 256, has 34,133
 * columns, of which 224 are kept.
 */
public final class CropResize {
  private static final int CHANNELS = 3;

  private CropResize() {}

  /**
   * Resizes and crops.
   *
   * @param pixels u8, H x W x 3, as stored
   * @param g the resize and crop, in the stored picture's directions
   * @param rowsFirst whether the height is resized first, as in Pillow for pictures on their side
   * @param filter bilinear or bicubic
   * @param target address for u8, {@code g.height()} x {@code g.width()} x 3
   */
  public static void run(
      Pixels pixels, Geometry g, boolean rowsFirst, Interpolation filter, long target) {
    Taps columns = Taps.of(pixels.width(), g.resizedWidth(), g.left(), g.width(), filter);
    Taps rows = Taps.of(pixels.height(), g.resizedHeight(), g.top(), g.height(), filter);
    byte[] result = new byte[g.height() * g.width() * CHANNELS];
    if (rowsFirst) {
      rowsFirst(pixels, columns, rows, result);
    } else {
      columnsFirst(pixels, columns, rows, result);
    }
    Address.of(target, result.length).put(result);
  }

  private static void columnsFirst(Pixels pixels, Taps columns, Taps rows, byte[] result) {
    int pitch = columns.count() * CHANNELS;
    byte[] narrowed = new byte[(rows.end() - rows.first()) * pitch];
    byte[] source = new byte[(columns.end() - columns.first()) * CHANNELS];
    for (int y = rows.first(); y < rows.end(); y++) {
      read(pixels, columns, y, source, 0);
      horizontal(source, columns, narrowed, (y - rows.first()) * pitch);
    }
    for (int y = 0; y < rows.count(); y++) {
      vertical(narrowed, rows.start(y) - rows.first(), rows, y, pitch, result, y * pitch);
    }
  }

  private static void rowsFirst(Pixels pixels, Taps columns, Taps rows, byte[] result) {
    int pitch = (columns.end() - columns.first()) * CHANNELS;
    byte[] lowered = new byte[pitch];
    for (int y = 0; y < rows.count(); y++) {
      byte[] source = new byte[rows.length(y) * pitch];
      for (int i = 0; i < rows.length(y); i++) {
        read(pixels, columns, rows.start(y) + i, source, i * pitch);
      }
      vertical(source, 0, rows, y, pitch, lowered, 0);
      horizontal(lowered, columns, result, y * columns.count() * CHANNELS);
    }
  }

  /** The stretch of row {@code y} that the columns are made of. */
  private static void read(Pixels pixels, Taps columns, int y, byte[] into, int at) {
    int length = (columns.end() - columns.first()) * CHANNELS;
    long offset = ((long) y * pixels.width() + columns.first()) * CHANNELS;
    Address.of(pixels.address() + offset, length).get(into, at, length);
  }

  private static void horizontal(byte[] source, Taps taps, byte[] target, int at) {
    int out = at;
    for (int x = 0; x < taps.count(); x++) {
      int from = (taps.start(x) - taps.first()) * CHANNELS;
      for (int c = 0; c < CHANNELS; c++) {
        target[out++] = taps.sum(x, source, from + c, CHANNELS);
      }
    }
  }

  /** Row {@code y} of the result, whose first source row is row {@code row} of {@code source}. */
  private static void vertical(
      byte[] source, int row, Taps taps, int y, int pitch, byte[] target, int at) {
    for (int x = 0; x < pitch; x++) {
      target[at + x] = taps.sum(y, source, row * pitch + x, pitch);
    }
  }
}
