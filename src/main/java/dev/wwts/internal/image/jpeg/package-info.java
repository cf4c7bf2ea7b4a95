/** JPEG: {@link dev.wwts.internal.image.jpeg.JpegFormat} and what only it needs. */
@NullMarked
package dev.wwts.internal.image.jpeg;

import org.jspecify.annotations.NullMarked;
