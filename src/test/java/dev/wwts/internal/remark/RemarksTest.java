package dev.wwts.internal.remark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

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
              remarks.add(new Remark.Captured(1));
              remarks.add(new Remark.SplitBatch(8, 4));
              remarks.add(new Remark.SplitBatch(8, 4));
              Remarks.unheard().add(new Remark.NoBf16());
            });

    assertThat(heard.all("wwts.Fallback"))
        .extracting(event -> event.getString("kind"), event -> event.getString("remark"))
        .containsExactly(
            tuple(
                "SplitBatch",
                "A batch of 8 does not fit the device's memory: larger ones are answered 4 at a time."));
    assertThat(remarks.list()).containsExactly(new Remark.Captured(1), new Remark.SplitBatch(8, 4));
  }
}
