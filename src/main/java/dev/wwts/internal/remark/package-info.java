/**
 * How a model runs and what fell back: typed, with figures; a sentence only where people read it.
 */
@NullMarked
package dev.wwts.internal.remark;

import org.jspecify.annotations.NullMarked;
