/** One configuration, from the builder to the lanes. */
@NullMarked
package dev.wwts.internal.settings;

import org.jspecify.annotations.NullMarked;
