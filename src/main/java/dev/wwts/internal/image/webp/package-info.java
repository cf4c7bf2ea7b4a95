/** WebP: {@link dev.wwts.internal.image.webp.WebpFormat} and what only it needs. */
@NullMarked
package dev.wwts.internal.image.webp;

import org.jspecify.annotations.NullMarked;
