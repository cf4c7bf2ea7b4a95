package dev.wwts.internal.image;

import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** Pictures of a given size, made from a photo by OpenCV: the kit's Java has no java.desktop. */
public final class ScaledPhoto {
  private ScaledPhoto() {}

  /** The photo as a JPEG of that size, quality 95. */
  public static byte[] jpeg(Path photo, int width, int height) {
    PointerScope scope = new PointerScope();
    try {
      Mat source = opencv_imgcodecs.imread(photo.toString());
      Mat scaled = new Mat();
      opencv_imgproc.resize(source, scaled, new Size(width, height));
      BytePointer encoded = new BytePointer();
      if (!opencv_imgcodecs.imencode(".jpg", scaled, encoded)) {
        throw new IllegalStateException("no JPEG of " + photo);
      }
      byte[] bytes = new byte[(int) encoded.limit()];
      encoded.get(bytes);
      return bytes;
    } finally {
      scope.close();
    }
  }
}
