/** BMP: {@link dev.wwts.internal.image.bmp.BmpFormat} and what only it needs. */
@NullMarked
package dev.wwts.internal.image.bmp;

import org.jspecify.annotations.NullMarked;
