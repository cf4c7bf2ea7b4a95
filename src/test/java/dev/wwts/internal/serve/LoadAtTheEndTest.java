package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JVM's end waits for models that are being loaded, in native code. */
class LoadAtTheEndTest {
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theHookWaitsForLoads() throws Exception {
    Thread hook = new Thread(OpenServices::shutDown);
    int loaded =
        OpenServices.load(
            () -> {
              hook.start();
              while (hook.getState() != Thread.State.TIMED_WAITING) {
                assertThat(hook.isAlive()).isTrue();
                Thread.onSpinWait();
              }
              return 1;
            });
    hook.join();
    assertThat(loaded).isEqualTo(1);
  }
}
