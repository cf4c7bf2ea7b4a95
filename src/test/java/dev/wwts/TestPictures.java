package dev.wwts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Pictures for tests, encoded by the JDK. */
public final class TestPictures {
  private TestPictures() {}

  /** One colour, as PNG. */
  public static byte[] png(int width, int height, Color color) {
    return encode("png", filled(width, height, color, BufferedImage.TYPE_INT_RGB));
  }

  /** Stripes and a disc, as JPEG. */
  public static byte[] jpeg(int width, int height) {
    return encode("jpg", stripes(width, height, BufferedImage.TYPE_INT_RGB));
  }

  /** The same in one of JPEG's other ways. */
  public static byte[] jpeg(int width, int height, boolean progressive, boolean grey) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpg").next();
    ImageWriteParam how = writer.getDefaultWriteParam();
    how.setProgressiveMode(
        progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    int type = grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(stripes(width, height, type), null, null), how);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private static BufferedImage stripes(int width, int height, int type) {
    BufferedImage image = filled(width, height, Color.ORANGE, type);
    Graphics2D graphics = image.createGraphics();
    for (int x = 0; x < width; x += 17) {
      graphics.setColor(new Color((x * 37) & 0xff, (x * 91) & 0xff, (x * 13) & 0xff));
      graphics.fillRect(x, 0, 9, height);
    }
    graphics.setColor(Color.BLUE);
    graphics.fillOval(width / 4, height / 4, width / 2, height / 2);
    graphics.dispose();
    return image;
  }

  private static BufferedImage filled(int width, int height, Color color, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
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
