package dev.wwts.internal.natives;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.openblas.presets.openblas_nolapack.MklSetNumThreadsLocal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two functions of the C library that Java has no way to: each takes an int and returns one, as the
 * presets' type for one of MKL's functions says, which is the only reason for its name here. Where
 * the library has them not, nothing happens.
 */
public final class LibC {
  private static final Logger LOG = LoggerFactory.getLogger(LibC.class);
  private static final int LOW = 10;

  private LibC() {}

  /**
   * Lets the other threads of the machine go first, as long as this thread lives: Linux has a
   * priority for each, which Java leaves alone. Threads that it starts inherit it; it can't be
   * raised again.
   */
  public static void lowerPriority() {
    call("nice", LOW);
  }

  /** Gives memory that was freed back to the system. */
  public static void trim() {
    call("malloc_trim", 0);
  }

  private static void call(String name, int argument) {
    if (!Loader.getPlatform().startsWith("linux-")) {
      return;
    }
    QuietOpenBlas.initialize();
    try (PointerPointer<Pointer> callback = new PointerPointer<>(2)) {
      Pointer address = Loader.addressof(name);
      if (address != null && !address.isNull()) {
        callback.put(0, address).put(1, null);
        new MklSetNumThreadsLocal(callback).call(argument);
      }
    } catch (LinkageError e) {
      LOG.debug("{} can't be called.", name, e);
    }
  }
}
