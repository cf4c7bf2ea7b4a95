package dev.wwts.internal.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A grey picture of 64 x 64 pixels, for calls that only warm up. */
public final class GreyPicture {
  private static final int SIDE = 64;
  private static final int GREY = 128;
  private static final int BMP_HEADER = 54;

  /** 4:2:0: 16 x 16 pixels, four blocks of luma, two of chroma. */
  private static final int UNITS = SIDE * SIDE / 256;

  private static final int BLOCKS = 6;

  private GreyPicture() {}

  /** A Windows bitmap, 24 bits a pixel, no compression. */
  public static byte[] bmp() {
    byte[] bmp = new byte[BMP_HEADER + 3 * SIDE * SIDE];
    Arrays.fill(bmp, BMP_HEADER, bmp.length, (byte) GREY);
    ByteBuffer header = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 'B').put((byte) 'M').putInt(bmp.length).putInt(0).putInt(BMP_HEADER);
    header.putInt(40).putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24);
    return bmp;
  }

  /**
   * A baseline JPEG, 4:2:0. Its Huffman tables have one code, of one bit: no difference, and no
   * more coefficients.
   */
  public static byte[] jpeg() {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    put(jpeg, 0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0);
    int[] ones = new int[64];
    Arrays.fill(ones, 1);
    put(jpeg, ones);
    put(jpeg, 0xFF, 0xC0, 0, 17, 8, 0, SIDE, 0, SIDE, 3);
    put(jpeg, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0);
    for (int kind : new int[] {0x00, 0x10}) {
      put(jpeg, 0xFF, 0xC4, 0, 20, kind, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    put(jpeg, 0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0);
    put(jpeg, new int[2 * BLOCKS * UNITS / 8]);
    put(jpeg, 0xFF, 0xD9);
    return jpeg.toByteArray();
  }

  private static void put(ByteArrayOutputStream to, int... bytes) {
    for (int value : bytes) {
      to.write(value);
    }
  }
}
