package dev.wwts.internal.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Errors of a TorchScript network as its operators throw them, without LibTorch's listing of the
 * code around them. To write that listing LibTorch asks the functions that the graph's nodes were
 * inlined from for their names; freezing has freed some of them, so that a network that fails on
 * one input would end the process by a segmentation fault.
 */
final class InterpreterErrors {
  /** A switch of torch/csrc/jit/runtime/interpreter.cpp, of the whole process. */
  private static final String RETHROW = "FLAGS_torch_jit_enable_rethrow_caught_exception";

  private InterpreterErrors() {}

  /** To be called once LibTorch is loaded, before a network runs. */
  static void passOn() {
    Pointer flag = Loader.addressof(RETHROW);
    if (flag != null && !flag.isNull()) {
      new BoolPointer(flag).put(true);
    }
  }
}
