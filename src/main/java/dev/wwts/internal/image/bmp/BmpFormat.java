package dev.wwts.internal.image.bmp;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureFormat;

/** Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits, bit fields, RLE8 and RLE4. */
public final class BmpFormat implements PictureFormat<BmpLayout> {
  static final String LABEL = "BMP";

  private final BmpDecoder decoder = new BmpDecoder();

  /** Creates one. */
  public BmpFormat() {}

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "BM");
  }

  @Override
  public BmpLayout read(Encoded picture) {
    return BmpLayout.read(picture);
  }

  @Override
  public void check(Encoded picture, BmpLayout bmp, long maxPixels) {
    bmp.checkClaim(picture);
  }

  @Override
  public void decode(Encoded picture, BmpLayout bmp, boolean onWhite, long address) {
    decoder.decode(picture, bmp, onWhite, new Canvas(address, bmp.header()));
  }
}
