/**
 * How a loaded model serves calls: admission, decoding threads, lane threads, draining, statistics.
 * A caller's thread only waits here; native code runs in threads of this package alone, whose
 * number does not depend on the callers'.
 *
 * <p>{@link dev.wwts.internal.serve.Service} is the one entry. A call goes through {@link
 * dev.wwts.internal.serve.Admission}, {@link dev.wwts.internal.serve.Decoders} and {@link
 * dev.wwts.internal.serve.Lanes} and ends in exactly one outcome.
 */
@NullMarked
package dev.wwts.internal.serve;

import org.jspecify.annotations.NullMarked;
