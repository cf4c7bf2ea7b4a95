/**
 * What turns a batch into logits: TorchScript or AOTInductor's machine code, behind {@link
 * dev.wwts.internal.network.Network}, and how a file becomes one ({@link
 * dev.wwts.internal.network.NetworkKind}): in which form it runs on which device, that it answers
 * as the network in the file does, and what is told where it does not.
 */
@NullMarked
package dev.wwts.internal.network;

import org.jspecify.annotations.NullMarked;
