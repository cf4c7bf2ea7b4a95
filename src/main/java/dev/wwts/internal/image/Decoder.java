package dev.wwts.internal.image;

import dev.wwts.PictureException;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.PictureFormat;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.PixelBuffer;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pictures, one at a time; each lane has its own. Not thread safe. Buffers grow to the
 * largest picture of late and are reused; {@link #close} frees them.
 *
 * <p>A picture is an error where it is one for Pillow, and beyond that where a PNG's data checksum
 * is wrong, where a JPEG could not possibly hold what its header claims or needs too many passes,
 * and for the rare kinds that the message names (arithmetic-coded, lossless, hierarchical JPEG).
 * Bytes behind the end of the picture are ignored.
 */
public final class Decoder implements AutoCloseable {
  private final Limits limits;
  private final AlphaMode alpha;
  private final List<PictureFormat<?>> formats;
  private final String labels;
  private boolean closed;

  /**
   * Creates one and, the first time, loads OpenCV; native memory is taken with the first picture.
   */
  public Decoder(Limits limits, AlphaMode alpha) {
    this(limits, alpha, Formats.open());
  }

  /** One that knows other formats, and closes them. */
  Decoder(Limits limits, AlphaMode alpha, List<PictureFormat<?>> formats) {
    this.limits = Objects.requireNonNull(limits);
    this.alpha = Objects.requireNonNull(alpha);
    this.formats = List.copyOf(formats);
    this.labels = labels(formats);
  }

  /** For messages: {@code A, B or C}. */
  private static String labels(List<PictureFormat<?>> formats) {
    List<String> labels = formats.stream().map(PictureFormat::label).toList();
    int last = labels.size() - 1;
    return String.join(", ", labels.subList(0, last)) + " or " + labels.get(last);
  }

  /**
   * Decodes one picture.
   *
   * @param encoded the picture between position and limit, which stay as they are; direct buffers
   *     are decoded in place
   * @param into where the pixels go: asked once, after the header is checked, for 3 bytes a pixel
   * @param name how messages call the picture, such as a file name or {@code picture 3}
   * @return u8 RGB, height x width x 3, as stored; valid until {@code into} is used again
   * @throws PictureException any reason but UNREADABLE; this decoder stays usable
   * @throws IllegalStateException after {@link #close}
   */
  public Pixels decode(ByteBuffer encoded, PixelBuffer into, String name) {
    return decode(encoded, into, null, name);
  }

  /**
   * The same, but for JPEGs that {@code card} decodes.
   *
   * @param card gets those in which this decoder would find nothing to refuse; null for none
   */
  public Pixels decode(ByteBuffer encoded, PixelBuffer into, @Nullable JpegCard card, String name) {
    if (closed) {
      throw new IllegalStateException("the decoder is closed");
    }
    Encoded picture = new Encoded(encoded, name, labels);
    limits.checkBytes(picture);
    if (picture.size() == 0) {
      throw picture.empty();
    }
    for (PictureFormat<?> format : formats) {
      if (format.matches(picture)) {
        return decode(picture, format, into, card);
      }
    }
    throw picture.unsupported(Magic.nameOf(picture));
  }

  private <L extends Layout> Pixels decode(
      Encoded picture, PictureFormat<L> format, PixelBuffer into, @Nullable JpegCard card) {
    L layout = format.read(picture);
    PictureHeader header = layout.header();
    limits.checkPixels(picture, header);
    format.check(picture, layout, limits.maxPixels());
    Pixels onCard = card == null ? null : format.onCard(picture, layout, card);
    if (onCard != null) {
      return onCard;
    }
    long address = into.reserve(header.bytes());
    format.decode(picture, layout, alpha == AlphaMode.WHITE, address);
    return header.pixelsAt(address, false);
  }

  /** A picture is done: what only a huge one needed beside its pixels is given back. */
  public void rest() {
    formats.forEach(PictureFormat::rest);
  }

  /** Frees the buffers. Closing twice does nothing. */
  @Override
  public void close() {
    closed = true;
    formats.forEach(PictureFormat::close);
  }
}
