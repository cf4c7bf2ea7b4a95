package dev.wwts.internal.serve;

import java.util.function.LongSupplier;

/**
 * How calls that wait in front of a lane become one batch.
 *
 * @param most pictures of a batch; 1: each call runs alone
 * @param patience nanoseconds that a lane which has a call waits for more, asked anew each time
 */
record Batching(int most, LongSupplier patience) {}
