/**
 * What stands between LibTorch's presets and those who use them here: scopes, owners, errors,
 * switches, and the preprocessing that a trial and a lane share. A native type leaves for {@code
 * internal.rewrite}, {@code internal.network} and {@code internal.lane} only.
 *
 * <p><b>Ownership.</b> What a method creates lives in its own {@link
 * org.bytedeco.javacpp.PointerScope} and dies with it. What must outlive the method is held by an
 * {@link dev.wwts.internal.torch.Owned}, whose owner closes it. No pointer waits for the garbage
 * collector, and a scope that the caller has open never sees one of ours.
 */
@NullMarked
package dev.wwts.internal.torch;

import org.jspecify.annotations.NullMarked;
