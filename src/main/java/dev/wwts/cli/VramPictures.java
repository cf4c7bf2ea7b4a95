package dev.wwts.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The pictures that {@code wwts vram} runs. */
final class VramPictures {
  private static final int SIDE = 256;
  private static final int BMP_HEADER = 54;

  private VramPictures() {}

  /**
   * The bytes of files; one picture of noise where none are given.
   *
   * @throws IllegalArgumentException if one can't be read
   */
  static List<ByteBuffer> read(List<Path> inputs) {
    if (inputs.isEmpty()) {
      return List.of(noise());
    }
    List<ByteBuffer> pictures = new ArrayList<>();
    for (Path input : inputs) {
      if (Files.exists(input) && !Files.isRegularFile(input)) {
        throw new IllegalArgumentException("The picture " + input + " is no regular file.");
      }
      try {
        pictures.add(ByteBuffer.wrap(Files.readAllBytes(input)));
      } catch (IOException e) {
        throw new IllegalArgumentException("The picture " + input + " can't be read.", e);
      }
    }
    return pictures;
  }

  /** A Windows bitmap of noise, 24 bits a pixel. */
  private static ByteBuffer noise() {
    byte[] bmp = new byte[BMP_HEADER + 3 * SIDE * SIDE];
    new Random(1).nextBytes(bmp);
    ByteBuffer header = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 'B').put((byte) 'M').putInt(bmp.length).putInt(0).putInt(BMP_HEADER);
    header.putInt(40).putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24);
    header.putInt(0).putInt(0).putInt(0).putInt(0).putInt(0).putInt(0);
    return ByteBuffer.wrap(bmp);
  }
}
