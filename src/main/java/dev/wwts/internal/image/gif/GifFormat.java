package dev.wwts.internal.image.gif;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureFormat;

/** GIF; of an animated one the first frame. */
public final class GifFormat implements PictureFormat<GifLayout> {
  static final String LABEL = "GIF";

  private final GifDecoder decoder = new GifDecoder();

  /** Creates one. */
  public GifFormat() {}

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "GIF87a") || picture.has(0, "GIF89a");
  }

  @Override
  public GifLayout read(Encoded picture) {
    return GifLayout.read(picture);
  }

  @Override
  public void check(Encoded picture, GifLayout gif, long maxPixels) {
    gif.checkClaim(picture);
  }

  @Override
  public void decode(Encoded picture, GifLayout gif, boolean onWhite, long address) {
    decoder.decode(picture, gif, onWhite, new Canvas(address, gif.header()));
  }
}
