package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.picture;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.OverloadedException;
import dev.wwts.Recorded;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder hears where lanes hang or their memory is too small. */
class ServiceEventsTest {
  @TempDir private static Path folder;

  @Test
  void overloadAndAbandonedCallsAreRecorded() throws Exception {
    HeldLane.Gate gate = new HeldLane.Gate();
    Service service =
        FakeService.open(folder, new FakeEngine(() -> new HeldLane(gate)), SETTINGS.queue(0));
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              gate.shut(1);
              CompletableFuture<Answer> held = service.answerAsync(picture(1), 0);
              gate.awaitHeld();
              assertThatThrownBy(() -> service.answer(picture(2), 0))
                  .isInstanceOf(OverloadedException.class);
              held.cancel(true);
              gate.open();
              service.close();
            });

    RecordedEvent refused = heard.only("wwts.Refused");
    assertThat(refused.getString("reason")).isEqualTo("overloaded");
    assertThat(refused.getInt("inFlight")).isEqualTo(1);
    RecordedEvent call = heard.only("wwts.Call");
    assertThat(call.getString("outcome")).isEqualTo("abandoned");
    assertThat(call.getDuration("forward")).isZero();
  }

  @Test
  void tooLittleMemoryIsRecorded() throws Exception {
    FullLane lane = new FullLane();
    Service service = FakeService.open(folder, new FakeEngine(() -> lane), SETTINGS);
    Recorded heard =
        Recorded.during(
            folder,
            () -> {
              lane.isFull = true;
              assertThatThrownBy(() -> service.answers(pictures(2), 0))
                  .isInstanceOf(OutOfDeviceMemoryException.class);
              service.close();
            });

    List<RecordedEvent> full = heard.all("wwts.OutOfMemory");
    assertThat(full).extracting(event -> event.getInt("pictures")).containsExactly(2, 1);
    assertThat(full).extracting(event -> event.getBoolean("split")).containsExactly(true, false);
    assertThat(full).allSatisfy(event -> assertThat(event.getLong("requested")).isEqualTo(7));
    RecordedEvent call = heard.only("wwts.Call");
    assertThat(call.getString("outcome")).isEqualTo("failed");
    assertThat(call.getString("error")).isEqualTo("too small");
  }

  /** Has room, until it has none. */
  private static final class FullLane extends FakeLane {
    private volatile boolean isFull;

    @Override
    public void begin(int n) {
      super.begin(n);
      if (isFull) {
        throw new OutOfDeviceMemoryException("too small", 7, 0, new RuntimeException());
      }
    }
  }
}
