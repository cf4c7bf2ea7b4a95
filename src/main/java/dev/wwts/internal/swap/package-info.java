/** What a place for models needs to change them under load: see {@link dev.wwts.ModelSlot}. */
@NullMarked
package dev.wwts.internal.swap;

import org.jspecify.annotations.NullMarked;
