package dev.wwts.internal.image.toy;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Orientation;

/** All that a new format takes besides its place in the list: {@code TOY}, two sides, RGB bytes. */
public final class ToyFormat implements PictureFormat<ToyFormat.Toy> {
  private static final int DATA = 5;

  private boolean closed;

  /** What the header says. */
  public record Toy(PictureHeader header) implements Layout {}

  public boolean isClosed() {
    return closed;
  }

  @Override
  public String label() {
    return "Toy";
  }

  @Override
  public boolean matches(Encoded picture) {
    return picture.has(0, "TOY");
  }

  @Override
  public Toy read(Encoded picture) {
    Orientation upright = Orientation.TOP_LEFT;
    return new Toy(new PictureHeader("Toy", picture.u8(3), picture.u8(4), upright, false));
  }

  @Override
  public void check(Encoded picture, Toy toy, long maxPixels) {
    picture.need(DATA, (int) toy.header().bytes());
  }

  @Override
  public void decode(Encoded picture, Toy toy, boolean onWhite, long address) {
    PictureHeader header = toy.header();
    Canvas canvas = new Canvas(address, header);
    byte[] rgb = picture.copy(DATA, (int) header.bytes());
    for (int y = 0; y < header.height(); y++) {
      canvas.row(y, rgb, 3 * y * header.width());
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
