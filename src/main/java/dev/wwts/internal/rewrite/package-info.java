/**
 * Changes of a TorchScript graph on its way from a file to a device: bounds before it is frozen,
 * freezing, its way onto the device, and what makes it faster there. Knows LibTorch's graphs, and
 * nothing of files, lanes or pictures; that a change keeps the answers is proven by who loads the
 * network, not here.
 *
 * <p><b>Ownership.</b> What these classes are given and give (nodes, values, constants) is the
 * graph's, and lives in the caller's {@link dev.wwts.internal.torch.NativeScope}.
 */
@NullMarked
package dev.wwts.internal.rewrite;

import org.jspecify.annotations.NullMarked;
