/**
 * Bytes to pixels: {@link dev.wwts.internal.image.Decoder} turns one encoded picture into 8-bit RGB
 * in memory that the caller lends.
 *
 * <p>Each format has a package of its own below this one: an implementation of {@link
 * dev.wwts.internal.image.format.PictureFormat}, public, and what it needs, hidden. A new one is
 * such a package and a place in the list of {@code Formats}; what formats share stands in {@link
 * dev.wwts.internal.image.format}, and the pixels that come out in {@link
 * dev.wwts.internal.pixels}.
 *
 * <p>This is where hostile input arrives. What a picture claims is read and checked in Java before
 * anything is allocated; PNG, GIF and BMP are decoded in Java altogether, JPEG and WebP by OpenCV's
 * libjpeg-turbo and libwebp, straight into the lent memory.
 *
 * <p>The reference for every pixel and for what counts as an error is Pillow 12. The differences:
 *
 * <ul>
 *   <li>16-bit grey PNG keeps its high byte; Pillow clips it, so that nearly all becomes white.
 *   <li>CMYK JPEG is within 2 levels; OpenCV rounds differently.
 *   <li>A PNG whose data have a wrong checksum is refused; Pillow does not look at that one.
 *   <li>A palette PNG without a palette is refused, and one whose data end early, also where they
 *       do so at the end of a row; Pillow then fills the rest.
 *   <li>A BMP may say that it has more than 256 colours; those behind are not used.
 *   <li>JPEG with arithmetic, lossless or hierarchical coding is refused by name.
 *   <li>A JPEG without an end whose data are complete and followed, within the next 64 KiB, by what
 *       can't be part of it is refused; Pillow may have stopped reading before it gets there.
 *   <li>A JPEG or PNG that could not hold what its header claims is refused before it is decoded,
 *       and a JPEG that needs more passes than any encoder makes.
 *   <li>Metadata never refuse a picture: broken EXIF, or text that inflates to more than 1 MiB, is
 *       ignored; Pillow refuses the picture for some of it.
 *   <li>A JPEG's tables and its picture may not be two streams, each with an end, in one file.
 * </ul>
 */
@NullMarked
package dev.wwts.internal.image;

import org.jspecify.annotations.NullMarked;
