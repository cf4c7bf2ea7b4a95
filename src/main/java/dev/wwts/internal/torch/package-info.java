/**
 * LibTorch: the only package that imports {@code org.bytedeco.pytorch}. Pixels come in as an
 * address, classes and scores go out as arrays; no native type leaves.
 *
 * <p><b>Ownership.</b> What a method creates lives in its own {@link
 * org.bytedeco.javacpp.PointerScope} and dies with it. What must outlive the method is held by an
 * {@link dev.wwts.internal.torch.Owned}, whose owner closes it. No pointer waits for the garbage
 * collector, and a scope that the caller has open never sees one of ours.
 */
@NullMarked
package dev.wwts.internal.torch;

import org.jspecify.annotations.NullMarked;
