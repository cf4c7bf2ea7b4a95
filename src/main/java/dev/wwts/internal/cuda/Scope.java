package dev.wwts.internal.cuda;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/** Runs a piece of work whose native objects die with it, but for those that were retained. */
final class Scope {
  private Scope() {}

  static <T> T of(Supplier<T> work) {
    PointerScope scope = new PointerScope();
    try {
      return work.get();
    } finally {
      scope.close();
    }
  }

  static void in(Runnable work) {
    PointerScope scope = new PointerScope();
    try {
      work.run();
    } finally {
      scope.close();
    }
  }
}
