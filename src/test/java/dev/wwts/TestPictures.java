package dev.wwts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Pictures for tests, encoded by the JDK. */
public final class TestPictures {
  private TestPictures() {}

  /** One colour, as PNG. */
  public static byte[] png(int width, int height, Color color) {
    return encode("png", filled(width, height, color));
  }

  /** Stripes and a disc, as JPEG. */
  public static byte[] jpeg(int width, int height) {
    BufferedImage image = filled(width, height, Color.ORANGE);
    Graphics2D graphics = image.createGraphics();
    for (int x = 0; x < width; x += 17) {
      graphics.setColor(new Color((x * 37) & 0xff, (x * 91) & 0xff, (x * 13) & 0xff));
      graphics.fillRect(x, 0, 9, height);
    }
    graphics.setColor(Color.BLUE);
    graphics.fillOval(width / 4, height / 4, width / 2, height / 2);
    graphics.dispose();
    return encode("jpg", image);
  }

  private static BufferedImage filled(int width, int height, Color color) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return image;
  }

  private static byte[] encode(String format, BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
