/** Groups of pictures that are alike, and a page on which people look at them. */
@NullMarked
package dev.wwts.sheet;

import org.jspecify.annotations.NullMarked;
