package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.internal.model.Sha256;
import java.awt.Color;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Java Flight Recorder hears of a recognizer and a slot; of failing lanes ServiceEventsTest.
 */
class EventsTest {
  private static final Picture PICTURE = Picture.of(TestPictures.png(20, 30, Color.RED));

  @TempDir private static Path folder;
  private static Path first;
  private static Path second;

  @BeforeAll
  static void write() {
    first = SlotModels.write(folder, "first", "m * 10", "一");
    second = SlotModels.write(folder, "second", "m * 10", "二");
  }

  @Test
  void aCallIsRecordedWithItsStages() throws Exception {
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              try (Recognizer recognizer = Recognizer.load(first)) {
                recognizer.answers(List.of(PICTURE, Picture.of(new byte[] {1, 2, 3})));
              }
            });

    RecordedEvent call = heard.only("wwts.Call");
    assertThat(call.getString("model")).isEqualTo("tiny");
    assertThat(call.getString("outcome")).isEqualTo("answered");
    assertThat(call.getString("error")).isEmpty();
    assertThat(call.getInt("pictures")).isEqualTo(2);
    assertThat(call.getInt("refused")).isEqualTo(1);
    Duration stages = Duration.ZERO;
    for (String stage : List.of("decode", "preprocess", "forward", "rank")) {
      assertThat(call.getDuration(stage)).as(stage).isPositive();
      stages = stages.plus(call.getDuration(stage));
    }
    assertThat(call.getDuration("upload")).isZero();
    assertThat(call.getDuration("waiting")).isPositive();
    assertThat(call.getDuration("total")).isGreaterThanOrEqualTo(stages);
    // so that a threshold keeps slow calls: the event begins where the call does
    assertThat(call.getDuration()).isGreaterThanOrEqualTo(stages);
  }

  @Test
  void loadingIsRecorded() throws Exception {
    Path missing = folder.resolve("missing.pt");
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              Recognizer.builder(first).device(Device.CPU).load().close();
              assertThatThrownBy(() -> Recognizer.load(missing)).isInstanceOf(ModelException.class);
            });

    List<RecordedEvent> loads = heard.all("wwts.Load");
    assertThat(loads).hasSize(2);
    RecordedEvent good = loads.get(0);
    assertThat(good.getBoolean("loaded")).isTrue();
    assertThat(good.getString("file")).isEqualTo(first.toString());
    assertThat(good.getString("model")).isEqualTo("tiny");
    assertThat(good.getString("device")).isEqualTo("cpu");
    assertThat(good.getString("precision")).isEqualTo("fp32");
    assertThat(good.getDuration()).isPositive();
    RecordedEvent bad = loads.get(1);
    assertThat(bad.getBoolean("loaded")).isFalse();
    assertThat(bad.getString("file")).isEqualTo(missing.toString());
    assertThat(bad.getString("error")).contains("missing.pt");
  }

  @Test
  void aCallOfAClosedRecognizerIsRecordedAsRefused() throws Exception {
    Recognizer closed = Recognizer.load(first);
    closed.close();
    Recorded heard =
        Recorded.during(
            folder,
            () ->
                assertThatThrownBy(() -> closed.answer(PICTURE))
                    .isInstanceOf(RecognizerClosedException.class));

    RecordedEvent refused = heard.only("wwts.Refused");
    assertThat(refused.getString("reason")).isEqualTo("closed");
    assertThat(refused.getString("model")).isEqualTo("tiny");
    assertThat(heard.all("wwts.Call")).isEmpty();
  }

  @Test
  void swapsAreRecorded() throws Exception {
    Path missing = folder.resolve("missing.pt");
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              try (ModelSlot slot = ModelSlot.open(first)) {
                slot.swap(second, Sha256.of(second));
                assertThatThrownBy(() -> slot.swap(missing, Sha256.of(second)))
                    .isInstanceOf(RuntimeException.class);
              }
            });

    List<RecordedEvent> swaps = heard.all("wwts.Swap");
    assertThat(swaps).hasSize(2);
    RecordedEvent good = swaps.get(0);
    assertThat(good.getBoolean("swapped")).isTrue();
    assertThat(good.getString("file")).isEqualTo(second.toString());
    assertThat(good.getString("sha256")).isEqualTo(Sha256.of(second));
    assertThat(good.getLong("generation")).isEqualTo(2);
    RecordedEvent bad = swaps.get(1);
    assertThat(bad.getBoolean("swapped")).isFalse();
    assertThat(bad.getString("file")).isEqualTo(missing.toString());
    assertThat(bad.getLong("generation")).isEqualTo(2);
    assertThat(bad.getString("error")).contains("missing.pt");
  }
}
