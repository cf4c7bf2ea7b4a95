package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureFormat;

/** PNG of every colour type and depth; of an animated one the default picture. */
public final class PngFormat implements PictureFormat<PngLayout> {
  static final String LABEL = "PNG";

  private final PngDecoder decoder = new PngDecoder();

  /** Creates one. */
  public PngFormat() {}

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "\u0089PNG\r\n\u001A\n");
  }

  @Override
  public PngLayout read(Encoded picture) {
    return PngLayout.read(picture);
  }

  @Override
  public void check(Encoded picture, PngLayout png, long maxPixels) {
    decoder.verifyChunks(picture, png);
  }

  @Override
  public void decode(Encoded picture, PngLayout png, boolean onWhite, long address) {
    decoder.decode(picture, png, onWhite, new Canvas(address, png.header()));
  }

  @Override
  public void close() {
    decoder.close();
  }
}
