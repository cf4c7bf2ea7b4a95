package dev.wwts.internal.image.format;

import dev.wwts.PictureException;
import dev.wwts.internal.pixels.Pixels;
import org.jspecify.annotations.Nullable;

/**
 * One picture format: what its files begin with, what their header says, and how they become
 * pixels. Whoever adds one writes a package with an implementation and names it in the list of
 * formats; nothing else knows them apart.
 *
 * <p>Its methods are called in the order in which they stand here, for one picture after the other
 * and not by several threads at once: an implementation may keep memory for the next picture. All
 * throw {@link PictureException} for what is wrong with a picture, and serve the next one
 * nevertheless.
 *
 * @param <L> what it notes of a header
 */
public interface PictureFormat<L extends Layout> extends AutoCloseable {
  /** The name for people, such as {@code WebP}. */
  String label();

  /** Whether the picture is one of this format: told by its first bytes, never by a name. */
  boolean matches(Encoded picture);

  /**
   * Reads the header; only as much is checked as is needed to know the size, so that a picture
   * which is too large as well as damaged is called too large.
   */
  L read(Encoded picture);

  /**
   * Refuses what can be told before memory is taken: bytes that can't hold what the header claims,
   * parts that are missing.
   *
   * @param maxPixels the largest picture that is decoded, for what takes more than one pass
   */
  void check(Encoded picture, L layout, long maxPixels);

  /**
   * The picture on a card, if it is of a kind that {@code card} decodes; null for one that it
   * leaves to {@link #decode}.
   */
  default @Nullable Pixels onCard(Encoded picture, L layout, JpegCard card) {
    return null;
  }

  /**
   * Decodes to {@code address}: RGB as stored, rows without gaps, {@code layout.header().bytes()}
   * bytes, all of which are written.
   *
   * @param onWhite whether a transparent picture is laid on white; else its transparency is dropped
   */
  void decode(Encoded picture, L layout, boolean onWhite, long address);

  /** Says that a call begins or goes by without this format: large memory may be given back. */
  default void rest() {}

  /** Frees what is kept. Closing twice does nothing. */
  @Override
  default void close() {}
}
