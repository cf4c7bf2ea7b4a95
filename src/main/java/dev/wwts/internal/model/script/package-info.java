/**
 * The TorchScript in a model file, read as text before LibTorch compiles it: what its parser must
 * not meet, and what a network has no need to do. No native code.
 */
@NullMarked
package dev.wwts.internal.model.script;

import org.jspecify.annotations.NullMarked;
