/**
 * What Java Flight Recorder is told: calls and their stages, loading, swaps and what went wrong.
 */
@NullMarked
package dev.wwts.internal.events;

import org.jspecify.annotations.NullMarked;
