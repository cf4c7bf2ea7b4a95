/**
 * Bytes to pixels: {@link dev.wwts.image.Decoder} turns one encoded picture into 8-bit RGB in memory that the caller lends.
 *
 * <p>This is where hostile input arrives. What a picture claims is read and checked in Java before anything is allocated;
 * PNG, GIF and BMP are decoded in Java altogether, JPEG and WebP by OpenCV's libjpeg-turbo and libwebp, straight into the
 * lent memory. The reference for every pixel and for what counts as an error is Pillow; {@code docs} of the single
 * classes name the few places where the answer differs on purpose.
 */
@NullMarked
package dev.wwts.image;

import org.jspecify.annotations.NullMarked;
