/**
 * Decoded pictures: the memory they lie in, how they have to be turned, and resize and crop as
 * Pillow does them. What pictures were decoded from, and for which network, is not known here.
 */
@NullMarked
package dev.wwts.internal.pixels;

import org.jspecify.annotations.NullMarked;
