package dev.wwts.sheet;

import dev.wwts.PictureException;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.CropResize;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The middle of pictures, upright, small and square, as JPEG. */
final class Thumbnails implements AutoCloseable {
  /** Pixels. */
  static final int SIDE = 128;

  private final Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.WHITE);
  private final NativeBuffer memory = new NativeBuffer();
  private final NativeBuffer crop = new NativeBuffer();

  /**
   * One of a file.
   *
   * @throws PictureException if it can't be read
   */
  byte[] of(Path file) {
    decoder.rest();
    memory.rest();
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new PictureException(
          PictureException.Reason.UNREADABLE, file + " can't be read: " + e.getMessage() + ".", e);
    }
    Pixels pixels = decoder.decode(ByteBuffer.wrap(bytes), memory, file.toString());
    CropResize.run(
        pixels,
        geometry(pixels.width(), pixels.height()),
        false,
        Interpolation.BILINEAR,
        crop.reserve(3L * SIDE * SIDE));
    byte[] levels = new byte[3 * SIDE * SIDE];
    crop.view(levels.length).get(levels);
    return jpeg(levels, pixels.orientation());
  }

  private static Geometry geometry(int width, int height) {
    long shorter = Math.min(width, height);
    long across = Math.max(SIDE, (long) SIDE * width / shorter);
    long down = Math.max(SIDE, (long) SIDE * height / shorter);
    return new Geometry(across, down, (across - SIDE) / 2, (down - SIDE) / 2, SIDE, SIDE);
  }

  private static byte[] jpeg(byte[] levels, Orientation orientation) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int at = 3 * (orientation.storedY(x, y, SIDE) * SIDE + orientation.storedX(x, y, SIDE));
        int rgb = (levels[at] & 255) << 16 | (levels[at + 1] & 255) << 8 | (levels[at + 2] & 255);
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.setUseCache(false);
      ImageIO.write(image, "jpeg", out);
    } catch (IOException e) {
      throw new IllegalStateException("memory can be written to", e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    decoder.close();
    memory.close();
    crop.close();
  }
}
