package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Recorded;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of how a model runs. */
class RemarksTest {
  @TempDir private static Path folder;

  @Test
  void whatFallsBackIsRecordedOnce() throws Exception {
    Remarks remarks = new Remarks();
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              remarks.note("It runs as it should.");
              remarks.warn("It runs slowly.");
              remarks.warn("It runs slowly.");
              Remarks.unheard().warn("Nobody reads it.");
            });

    assertThat(heard.all("wwts.Fallback"))
        .extracting(event -> event.getString("remark"))
        .containsExactly("It runs slowly.");
    assertThat(remarks.list()).hasSize(2);
  }
}
