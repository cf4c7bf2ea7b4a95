package dev.wwts.internal.image;

import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Pixels;
import org.jspecify.annotations.Nullable;

/**
 * A picture on its way from a decoder to a lane, with memory of its own: its pixels, the bytes of a
 * JPEG that the lane's card decodes, or the network's input as the caller made it. Whoever has it
 * closes it, once, when nothing reads its memory any more.
 */
public final class DecodedPicture implements AutoCloseable {
  private final long address;
  private final int bytes;
  private final @Nullable Pixels pixels;
  private final @Nullable PictureHeader header;
  private final Memory memory;

  private DecodedPicture(
      long address,
      int bytes,
      @Nullable Pixels pixels,
      @Nullable PictureHeader header,
      Memory memory) {
    this.address = address;
    this.bytes = bytes;
    this.pixels = pixels;
    this.header = header;
    this.memory = memory;
  }

  /** Where a picture's memory goes back to. */
  @FunctionalInterface
  public interface Memory {
    /** Takes it back. */
    void giveBack();
  }

  /** Decoded by the processor. */
  public static DecodedPicture of(Pixels pixels, Memory memory) {
    return new DecodedPicture(pixels.address(), 0, pixels, null, memory);
  }

  /** A JPEG that a card is to decode: {@code bytes} of it at {@code address}. */
  public static DecodedPicture jpeg(long address, int bytes, PictureHeader header, Memory memory) {
    return new DecodedPicture(address, bytes, null, header, memory);
  }

  /** The network's input: 3 x H x W numbers of 32 bits at {@code address}. */
  public static DecodedPicture input(long address, Memory memory) {
    return new DecodedPicture(address, 0, null, null, memory);
  }

  /** Whether it is the network's input, which nobody preprocesses. */
  public boolean isInput() {
    return pixels == null && header == null;
  }

  /** Where its memory begins. */
  public long address() {
    return address;
  }

  /** Whether it is a JPEG that the lane's card decodes. */
  public boolean isJpeg() {
    return header != null;
  }

  /** The pixels, in the host's memory. */
  public Pixels pixels() {
    if (pixels == null) {
      throw new IllegalStateException("This picture has no pixels here.");
    }
    return pixels;
  }

  /**
   * Has a JPEG decoded on the card.
   *
   * @return its pixels there; null if the card's decoder refuses it
   */
  public @Nullable Pixels on(JpegCard card) {
    if (header == null) {
      throw new IllegalStateException("This picture is decoded.");
    }
    long onCard = card.decode(address, bytes, header);
    return onCard == 0 ? null : header.pixelsAt(onCard, true);
  }

  @Override
  public void close() {
    memory.giveBack();
  }
}
