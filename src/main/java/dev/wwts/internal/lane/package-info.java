/**
 * What runs a model on a device: an {@link dev.wwts.internal.lane.Engine} and its lanes. Pixels
 * come in as an address, classes and scores go out as arrays; no native type leaves.
 */
@NullMarked
package dev.wwts.internal.lane;

import org.jspecify.annotations.NullMarked;
