/** GIF: {@link dev.wwts.internal.image.gif.GifFormat} and what only it needs. */
@NullMarked
package dev.wwts.internal.image.gif;

import org.jspecify.annotations.NullMarked;
