package dev.wwts.internal.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;

/**
 * Runs a piece of work whose native objects die with it, but for those that an {@link Owned} holds.
 */
public final class NativeScope {
  private NativeScope() {}

  /** For work on tensors that were made in inference mode and changes none of them. */
  public static <T> T of(Supplier<T> work) {
    PointerScope scope = new PointerScope();
    try {
      return work.get();
    } finally {
      scope.close();
    }
  }

  /** Without autograd's bookkeeping; the mode is the thread's own and ends with the work. */
  public static <T> T inference(Supplier<T> work) {
    PointerScope scope = new PointerScope();
    try {
      InferenceMode mode = new InferenceMode(true);
      try {
        return work.get();
      } finally {
        mode.close();
      }
    } finally {
      scope.close();
    }
  }
}
