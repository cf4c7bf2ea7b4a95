/**
 * What the picture formats have in common: {@link dev.wwts.internal.image.format.PictureFormat},
 * which each of them is, and what they read bytes and paint pixels with. It knows none of them.
 */
@NullMarked
package dev.wwts.internal.image.format;

import org.jspecify.annotations.NullMarked;
