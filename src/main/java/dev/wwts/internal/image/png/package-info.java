/** PNG: {@link dev.wwts.internal.image.png.PngFormat} and what only it needs. */
@NullMarked
package dev.wwts.internal.image.png;

import org.jspecify.annotations.NullMarked;
