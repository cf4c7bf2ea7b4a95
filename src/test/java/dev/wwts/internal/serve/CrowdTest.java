package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CallInterruptedException;
import dev.wwts.OverloadedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More callers at once than there may wait, while every lane is in a network that hangs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrowdTest {
  private static final int CALLERS = 500;
  private static final int LANES = 2;

  /** What a service has that sets none. */
  private static final int QUEUE = 256;

  @TempDir private static Path folder;

  @Test
  void whoFindsNoRoomIsRefusedAtOnceAndWhoIsInterruptedComesBackAtOnce() throws Exception {
    HeldLane.Gate gate = new HeldLane.Gate();
    FakeEngine engine = new FakeEngine(() -> new HeldLane(gate));
    Service service = FakeService.open(folder, engine, SETTINGS.lanes(LANES));
    Map<Thread, Object> outcomes = new ConcurrentHashMap<>();
    List<Thread> callers = new ArrayList<>();
    try {
      gate.shut(LANES);
      for (int i = 0; i < CALLERS; i++) {
        int width = 1 + i % 99;
        callers.add(new Thread(() -> outcomes.put(Thread.currentThread(), call(service, width))));
      }
      callers.forEach(Thread::start);
      gate.awaitHeld();
      while (outcomes.size() < CALLERS - LANES - QUEUE) {
        Thread.onSpinWait();
      }
      assertThat(service.stats().accepted()).isEqualTo(LANES + QUEUE);
      assertThat(service.stats().overloaded()).isEqualTo(CALLERS - LANES - QUEUE);
      assertThat(service.stats().waiting()).isEqualTo(QUEUE);

      // nothing has moved: they come back though every lane hangs
      List<Thread> interrupted =
          callers.stream().filter(each -> !outcomes.containsKey(each)).limit(QUEUE / 2).toList();
      interrupted.forEach(Thread::interrupt);
      for (Thread caller : interrupted) {
        caller.join();
      }
    } finally {
      gate.open();
      for (Thread caller : callers) {
        caller.join();
      }
      service.close();
    }
    assertThat(outcomes.values())
        .hasSize(CALLERS)
        .areExactly(LANES + QUEUE / 2, outcome(String.class))
        .areExactly(QUEUE / 2, outcome(CallInterruptedException.class))
        .areExactly(CALLERS - LANES - QUEUE, outcome(OverloadedException.class));
    assertThat(engine.memory).isEmpty();
  }

  /** Its answer in words, if it was its own, or why it has none. */
  private static Object call(Service service, int width) {
    try {
      return index(service.answer(picture(width), 0)) == width ? "its own" : width;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static Condition<Object> outcome(Class<?> type) {
    return new Condition<>(type::isInstance, "%s", type.getSimpleName());
  }
}
