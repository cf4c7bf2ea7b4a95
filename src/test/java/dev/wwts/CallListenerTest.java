package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who listens hears of each call once, as it ends; what the listener does is not the call's. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallListenerTest {
  private static final Picture PICTURE = Picture.of(TestPictures.png(20, 30, Color.RED));
  private static final Picture BAD = Picture.of(new byte[] {1, 2, 3});

  @TempDir private static Path folder;

  private final List<CallEnd> heard = new CopyOnWriteArrayList<>();

  @Test
  void eachCallIsHeardOfAsItEnds() {
    Path model = ModelFiles.tiny(folder);
    Recognizer recognizer =
        Recognizer.builder(model)
            .listener(
                call -> {
                  throw new IllegalStateException("made by the test");
                })
            .listener(
                call -> {
                  // a class that the service's own jars lack, say
                  throw new NoClassDefFoundError("made by the test");
                })
            .listener(heard::add)
            .load();
    try (recognizer) {
      assertThat(heard).as("of a self-test nobody hears").isEmpty();
      List<Answer> answers = recognizer.answers(List.of(PICTURE, BAD));
      assertThatThrownBy(() -> recognizer.answer(PICTURE, Duration.ofNanos(1)))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("had less than 1 ms");

      assertThat(heard).hasSize(2);
      CallEnd answered = heard.get(0);
      assertThat(answered.model()).isEqualTo("tiny");
      assertThat(answered.outcome()).isEqualTo(CallEnd.Outcome.ANSWERED);
      assertThat(answered.pictures()).isEqualTo(2);
      assertThat(answered.answers()).isEqualTo(answers);
      assertThat(answered.failure()).isEmpty();
      assertThat(answered.waiting()).isPositive().isLessThan(answered.total());
      CallEnd late = heard.get(1);
      assertThat(late.outcome()).isEqualTo(CallEnd.Outcome.LATE);
      assertThat(late.failure()).containsInstanceOf(DeadlineExceededException.class);
      assertThat(late.answers()).isEmpty();
    }
    assertThatThrownBy(() -> recognizer.answer(PICTURE))
        .isInstanceOf(RecognizerClosedException.class);
    assertThat(heard.get(2).outcome()).isEqualTo(CallEnd.Outcome.CLOSED);
    assertThat(heard.get(2).total()).isZero();
  }

  /** It runs in the lane's thread, which would wait for itself, and close what it stands on. */
  @Test
  void aListenerThatWouldWaitForItsOwnThreadIsToldSo() {
    AtomicReference<Recognizer> here = new AtomicReference<>();
    List<Throwable> told = new CopyOnWriteArrayList<>();
    CallListener listener =
        call -> {
          Recognizer own = Objects.requireNonNull(here.get());
          for (Runnable wait :
              List.<Runnable>of(
                  own::close, () -> own.drain(Duration.ZERO), () -> own.answer(PICTURE))) {
            try {
              wait.run();
            } catch (RuntimeException e) {
              told.add(e);
            }
          }
        };
    try (Recognizer recognizer =
        Recognizer.builder(ModelFiles.tiny(folder)).lanes(1).listener(listener).load()) {
      here.set(recognizer);
      assertThat(recognizer.answer(PICTURE).results()).isNotEmpty();
      assertThat(recognizer.answers(List.of(BAD, BAD))).hasSize(2);
      assertThat(told)
          .hasSize(6)
          .allSatisfy(
              each ->
                  assertThat(each)
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("another thread"));
      assertThat(recognizer.answer(PICTURE).results()).as("it goes on").isNotEmpty();
    }
  }

  @Test
  void ofASlotItIsTheSame() {
    Path first = SlotModels.write(folder, "own", "m * 10", "一");
    AtomicReference<ModelSlot> here = new AtomicReference<>();
    List<Throwable> told = new CopyOnWriteArrayList<>();
    CallListener listener =
        call -> {
          ModelSlot own = Objects.requireNonNull(here.get());
          for (Runnable wait : List.<Runnable>of(own::close, () -> own.swap(first))) {
            try {
              wait.run();
            } catch (RuntimeException e) {
              told.add(e);
            }
          }
        };
    try (ModelSlot slot =
        ModelSlot.builder(Recognizer.builder(first).lanes(1).listener(listener)).open()) {
      here.set(slot);
      assertThat(slot.answer(PICTURE).results()).isNotEmpty();
      assertThat(told)
          .hasSize(2)
          .allSatisfy(
              each ->
                  assertThat(each)
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("another thread"));
      assertThat(slot.swap(first).generation()).as("nothing has happened").isEqualTo(2);
    }
  }

  @Test
  void ofASlotCallsOfAllModelsAreHeardAndCounted() {
    Path first = SlotModels.write(folder, "first", "m * 10", "一");
    Path second = SlotModels.write(folder, "second", "m * 10", "二");
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (ModelSlot slot =
        ModelSlot.builder(Recognizer.builder(first).listener(heard::add)).open()) {
      new RecognizerMetrics(slot).bindTo(registry);
      slot.answer(PICTURE);
      slot.swap(second);
      slot.answer(PICTURE);
      slot.swap(Recognizer.builder(first));
      slot.answer(PICTURE);

      // the last one's settings name no listener
      assertThat(heard).hasSize(2);
      assertThat(slot.stats().answered()).isGreaterThanOrEqualTo(3);
      assertThat(registry.get("wwts.call.time").tag("outcome", "answered").timer().count())
          .isEqualTo(3);
      assertThat(registry.get("wwts.model.generation").gauge().value()).isEqualTo(3);
      assertThat(
              registry
                  .get("wwts.model.active")
                  .tag("sha256", slot.version().sha256())
                  .gauge()
                  .value())
          .isEqualTo(1);
      assertThat(registry.get("wwts.model.active").gauges()).hasSize(2);
    }
  }

  @Test
  void memoryIsKnownByItsKind() throws Exception {
    Path model = ModelFiles.tiny(folder);
    Path picture = java.nio.file.Files.write(folder.resolve("p.jpg"), TestPictures.jpeg(640, 480));
    Recognizer recognizer = Recognizer.load(model);
    try (recognizer) {
      assertThat(recognizer.recognize(picture)).isNotEmpty();
      NativeMemory memory = recognizer.stats().memory();

      assertThat(memory.model()).isEqualTo(java.nio.file.Files.size(model));
      assertThat(memory.pixels()).isGreaterThanOrEqualTo(3 * 640 * 480);
      assertThat(memory.files()).isGreaterThanOrEqualTo(java.nio.file.Files.size(picture));
      assertThat(memory.pixelsInFlight()).isZero();
    }
    assertThat(recognizer.stats().memory()).isEqualTo(NativeMemory.NONE);
  }
}
