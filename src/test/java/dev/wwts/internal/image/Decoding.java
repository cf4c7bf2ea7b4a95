package dev.wwts.internal.image;

import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.PixelBuffer;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * Helps the tests of pictures: decodes to Java arrays, and builds encoded pictures byte by byte.
 */
public final class Decoding {
  /** A decoded picture: 3 bytes a pixel. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Decoded(int width, int height, Orientation orientation, byte[] rgb) {
    /** The pixel as 0xRRGGBB. */
    public int at(int x, int y) {
      int i = 3 * (y * width + x);
      return (rgb[i] & 0xFF) << 16 | (rgb[i + 1] & 0xFF) << 8 | (rgb[i + 2] & 0xFF);
    }

    /** The pixel of the upright picture as 0xRRGGBB. */
    public int uprightAt(int x, int y) {
      return at(orientation.storedX(x, y, width), orientation.storedY(x, y, height));
    }
  }

  /** Memory that must not be asked for. */
  public static final PixelBuffer NO_MEMORY =
      bytes -> {
        throw new AssertionError("asked for " + bytes + " bytes");
      };

  private Decoding() {}

  public static Decoded decode(byte[] encoded) {
    return decode(encoded, AlphaMode.DROP);
  }

  public static Decoded decode(byte[] encoded, AlphaMode alpha) {
    try (Decoder decoder = new Decoder(Limits.DEFAULT, alpha);
        NativeBuffer buffer = new NativeBuffer()) {
      return decode(decoder, ByteBuffer.wrap(encoded), buffer);
    }
  }

  public static Decoded decode(Decoder decoder, ByteBuffer encoded, PixelBuffer buffer) {
    Pixels pixels = decoder.decode(encoded, buffer, "the picture");
    byte[] rgb = new byte[3 * pixels.width() * pixels.height()];
    Address.view(pixels.address(), rgb.length).get(rgb);
    return new Decoded(pixels.width(), pixels.height(), pixels.orientation(), rgb);
  }

  public static byte[] base64(String text) {
    return Base64.getDecoder().decode(text);
  }

  /** Bytes from numbers, 0 to 255 each. */
  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  public static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** An EXIF block, without the name before it, that says one orientation. */
  public static byte[] exif(ByteOrder order, int orientation) {
    ByteBuffer block = ByteBuffer.allocate(26).order(order);
    block.put(order == ByteOrder.LITTLE_ENDIAN ? bytes('I', 'I') : bytes('M', 'M'));
    block.putShort((short) 42).putInt(8).putShort((short) 1);
    block.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return block.array();
  }
}
