package dev.wwts.internal.image.format;

import dev.wwts.internal.pixels.Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The picture that the decoders written in Java paint: RGB, height x width x 3 bytes without gaps,
 * in native memory.
 */
public final class Canvas {
  private final ByteBuffer pixels;
  private final int pitch;

  /**
   * A canvas over {@code header.bytes()} bytes at {@code address}, which the caller keeps alive.
   */
  public Canvas(long address, PictureHeader header) {
    this.pitch = 3 * header.width();
    this.pixels = Address.view(address, (int) header.bytes());
  }

  /** Sets all samples of all pixels. */
  public void clear(int sample) {
    byte[] row = new byte[pitch];
    Arrays.fill(row, (byte) sample);
    for (int at = 0; at < pixels.limit(); at += pitch) {
      pixels.put(at, row);
    }
  }

  /** Sets row {@code y} from its 3 * width bytes at {@code from}. */
  public void row(int y, byte[] rgb, int from) {
    pixels.put(y * pitch, rgb, from, pitch);
  }

  /**
   * Sets {@code count} pixels of row {@code y}, from column {@code x} on and {@code step} columns
   * apart.
   */
  public void spread(int y, int x, int step, byte[] rgb, int count) {
    int at = y * pitch + 3 * x;
    if (step == 1) {
      pixels.put(at, rgb, 0, 3 * count);
      return;
    }
    for (int i = 0; i < 3 * count; i += 3) {
      pixels.put(at, rgb[i]);
      pixels.put(at + 1, rgb[i + 1]);
      pixels.put(at + 2, rgb[i + 2]);
      at += 3 * step;
    }
  }
}
