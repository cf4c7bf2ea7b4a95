package dev.wwts.torch;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps OpenMP's idle threads from spinning. LibTorch's loops run on GNU OpenMP, its matrix products on OpenBLAS, which has threads of its own; by
 * default OpenMP's threads spin between two loops for milliseconds, on the very cores that OpenBLAS needs then: a vision transformer on 2 threads
 * takes five times as long. The library reads how to wait from its environment when it is loaded, and only then, so the variable is set for
 * just as long.
 */
final class OpenMpWaiting {
  private static final Logger LOG = LoggerFactory.getLogger(OpenMpWaiting.class);
  private static final String SPINS = "GOMP_SPINCOUNT";
  private static final String POLICY = "OMP_WAIT_POLICY";

  private OpenMpWaiting() {}

  /** Runs {@code load}, which loads OpenMP; what the user has set is left alone. */
  static void passiveWhile(Runnable load) {
    boolean ours =
        Platform.isLinux() && System.getenv(SPINS) == null && System.getenv(POLICY) == null;
    if (!ours || !environment("setenv", SPINS, "0", 1)) {
      load.run();
      return;
    }
    try {
      load.run();
    } finally {
      environment("unsetenv", SPINS);
    }
  }

  private static boolean environment(String function, Object... arguments) {
    try {
      return Function.getFunction("c", function).invokeInt(arguments) == 0;
    } catch (LinkageError e) {
      LOG.warn("{} can't be set ({}): forwards on several threads may be slow.", SPINS, e.getMessage());
      return false;
    }
  }
}
