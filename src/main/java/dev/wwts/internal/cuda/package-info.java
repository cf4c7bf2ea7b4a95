/**
 * What only a CUDA card has: streams, events, graphs, pinned memory, the preprocessing kernel and
 * the card's own figures. The only package that imports {@code org.bytedeco.cuda}; native objects
 * go out as addresses.
 *
 * <p><b>Loading.</b> Nothing here is touched before a CUDA device was asked for or LibTorch's CUDA
 * build was found, so that a service on the processor loads no class and no library of CUDA. {@link
 * dev.wwts.internal.cuda.CudaRuntime#load} comes first, then any other class.
 *
 * <p><b>Ownership.</b> Each object belongs to one lane, is used by one thread at a time and is
 * closed by the lane.
 */
@NullMarked
package dev.wwts.internal.cuda;

import org.jspecify.annotations.NullMarked;
