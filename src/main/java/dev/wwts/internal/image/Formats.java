package dev.wwts.internal.image;

import dev.wwts.internal.image.bmp.BmpFormat;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.gif.GifFormat;
import dev.wwts.internal.image.jpeg.JpegFormat;
import dev.wwts.internal.image.png.PngFormat;
import dev.wwts.internal.image.webp.WebpFormat;
import java.util.List;

/** The list of the formats that are decoded: the one place that a new one is added to. */
final class Formats {
  private Formats() {}

  /**
   * A new object of each, for one decoder, in the order in which pictures are held against them.
   */
  static List<PictureFormat<?>> open() {
    return List.of(
        new JpegFormat(), new PngFormat(), new WebpFormat(), new GifFormat(), new BmpFormat());
  }
}
