package dev.wwts.internal.torch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * Lets cuDNN try its algorithms for a convolution that it meets for the first time and remember the
 * fastest, instead of taking the one that it guesses. The switch is the process's, and a trial
 * takes seconds: it is on only while batches that are expected are warmed up.
 */
public final class CudnnTrials {
  private static int open;
  private static boolean before;

  private CudnnTrials() {}

  public static void during(Runnable warmUp) {
    change(1);
    try {
      warmUp.run();
    } finally {
      change(-1);
    }
  }

  private static synchronized void change(int by) {
    NativeScope.of(
        () -> {
          Context context = torch.globalContext();
          if (open == 0) {
            // the service may have its own wish for what else it runs
            before = context.benchmarkCuDNN();
          }
          open += by;
          context.setBenchmarkCuDNN(open > 0 || before);
          return context;
        });
  }
}
