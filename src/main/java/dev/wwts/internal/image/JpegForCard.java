package dev.wwts.internal.image;

import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.PixelBuffer;
import dev.wwts.internal.pixels.Pixels;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the bytes of a JPEG that a lane's card is to decode, and what its header says: the decoder
 * takes it for the card.
 */
public final class JpegForCard implements JpegCard {
  private final PixelBuffer into;
  private final Runnable others;
  private @Nullable PictureHeader header;
  private int bytes;

  /**
   * For one picture.
   *
   * @param into where the bytes go
   * @param others told of a JPEG that is none for the card
   */
  public JpegForCard(PixelBuffer into, Runnable others) {
    this.into = into;
    this.others = others;
  }

  @Override
  public long decode(long jpeg, int count, PictureHeader said) {
    long address = into.reserve(count);
    Address.view(address, count).put(Address.view(jpeg, count));
    header = said;
    bytes = count;
    return address;
  }

  @Override
  public void left() {
    others.run();
  }

  /** The picture that the decoder gave, or the JPEG that it left to the card. */
  public DecodedPicture picture(Pixels pixels, DecodedPicture.Memory memory) {
    return header == null
        ? DecodedPicture.of(pixels, memory)
        : DecodedPicture.jpeg(pixels.address(), bytes, header, memory);
  }
}
