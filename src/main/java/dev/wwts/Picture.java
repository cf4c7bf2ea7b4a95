package dev.wwts;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * An encoded picture (JPEG, PNG, WebP, GIF or BMP), or what a network sees of one, and the name
 * that messages call it by. Leave the bytes alone until the call has returned or its future ended;
 * of an array whose call was given up some may still be read a moment longer, which harms nothing.
 */
public sealed interface Picture {
  /** What messages call it. */
  String name();

  /**
   * Bytes in memory. The buffer's position does not move. A direct buffer is copied first, as it
   * may be a mapped file, which someone else can cut off meanwhile: that is a {@link
   * PictureException} then. The copy takes 0.2 to 0.3 % of the decoding.
   *
   * @param name what messages call it
   * @param bytes from position to limit
   */
  record Bytes(String name, ByteBuffer bytes) implements Picture {}

  /**
   * A file, read when its turn comes.
   *
   * @param path the file
   */
  record File(Path path) implements Picture {
    @Override
    public String name() {
      return path.toString();
    }
  }

  /**
   * What the network sees of a picture, preprocessed by the caller as the model's recipe says: 3 x
   * H x W numbers, one plane after the other, of the model's width and height. A tensor of another
   * length, and one with a number that is not finite, is refused with a {@link PictureException}.
   *
   * @param name what messages call it
   * @param values in 32 bits, whatever the network computes in
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Tensor(String name, float[] values) implements Picture {}

  /** A picture in an array. */
  static Picture of(byte[] bytes) {
    return new Bytes("the picture", ByteBuffer.wrap(bytes));
  }

  /** A picture in a buffer, from position to limit. */
  static Picture of(ByteBuffer bytes) {
    return new Bytes("the picture", bytes.duplicate());
  }

  /** A picture in a file. */
  static Picture of(Path path) {
    return new File(path);
  }
}
