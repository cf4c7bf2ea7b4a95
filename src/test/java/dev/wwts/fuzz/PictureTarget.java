package dev.wwts.fuzz;

import dev.wwts.PictureException;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes as a picture: pixels, all of which the decoder wrote and the same each time, or a
 * {@link PictureException}; no other exception, no crash, no hang.
 */
public final class PictureTarget {
  /** So few that filling the memory of a picture costs little. */
  private static final Limits LIMITS = new Limits(250_000, 1 << 20);

  private static final List<Decoder> DECODERS =
      List.of(new Decoder(LIMITS, AlphaMode.DROP), new Decoder(LIMITS, AlphaMode.WHITE));

  private static final NativeBuffer BUFFER = new NativeBuffer();

  private PictureTarget() {}

  /** Jazzer's entry. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(input);
    byte[] mended = Damage.mendPng(input.clone());
    if (!java.util.Arrays.equals(mended, input)) {
      check(mended);
    }
  }

  private static void check(byte[] picture) {
    ByteBuffer heap = ByteBuffer.wrap(picture);
    ByteBuffer direct = ByteBuffer.allocateDirect(picture.length).put(picture).flip();
    for (Decoder decoder : DECODERS) {
      String first = decode(decoder, heap, (byte) 0);
      String second = decode(decoder, direct, (byte) 0xA5);
      if (!first.equals(second)) {
        throw new AssertionError("once " + first + ", once " + second);
      }
    }
  }

  /** What becomes of it where the memory for its pixels holds a value before. */
  private static String decode(Decoder decoder, ByteBuffer picture, byte before) {
    List<ByteBuffer> memory = new ArrayList<>();
    try {
      Pixels pixels =
          decoder.decode(
              picture,
              bytes -> {
                if (bytes > 3 * LIMITS.maxPixels() || !memory.isEmpty()) {
                  throw new AssertionError("asked for " + bytes + " bytes");
                }
                long address = BUFFER.reserve(bytes);
                ByteBuffer view = Address.view(address, (int) bytes);
                while (view.hasRemaining()) {
                  view.put(before);
                }
                memory.add(view.flip());
                return address;
              },
              "it");
      ByteBuffer rgb = memory.get(0);
      if (rgb.capacity() != 3 * pixels.width() * pixels.height()) {
        throw new AssertionError(rgb.capacity() + " bytes for " + pixels);
      }
      return "%d x %d, %s, %08x"
          .formatted(pixels.width(), pixels.height(), pixels.orientation(), rgb.hashCode());
    } catch (PictureException e) {
      return e.reason() + ": " + Sentences.checked(e);
    }
  }
}
