package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services are freed where their owners are forgotten. */
@LeftOpen.OnPurpose
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgottenServiceTest {
  @TempDir private static Path folder;

  @Test
  void oneThatCanNotBeFreedKeepsNoOtherOpen() {
    FakeEngine broken =
        new FakeEngine(FakeLane::new) {
          @Override
          public void close() {
            throw new NoClassDefFoundError("made by the test");
          }
        };
    Service kept = FakeService.open(folder, new FakeEngine(FakeLane::new), SETTINGS);
    try {
      untilForgotten(FakeService.open(folder, broken, SETTINGS));
      untilForgotten(FakeService.open(folder, new FakeEngine(FakeLane::new), SETTINGS));
      assertThat(kept.isOpen()).isTrue();
    } finally {
      kept.close();
    }
  }

  private static void untilForgotten(Service service) {
    service.guard(new Object());
    while (service.isOpen()) {
      System.gc();
    }
  }
}
