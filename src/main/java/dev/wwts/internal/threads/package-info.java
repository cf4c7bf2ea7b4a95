/** Waiting for other threads. */
@NullMarked
package dev.wwts.internal.threads;

import org.jspecify.annotations.NullMarked;
