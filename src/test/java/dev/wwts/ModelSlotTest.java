package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.internal.model.Sha256;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model takes another one's place. */
class ModelSlotTest extends SlotCase {
  @Test
  void theNextModelAnswersAndTheOldOneIsClosed() {
    News news = new News();
    try (ModelSlot slot = slot(first).listener(news).open()) {
      assertThat(best(slot)).isEqualTo("一红");
      Recognizer old = slot.with((recognizer, version) -> recognizer);

      ModelVersion now = slot.swap(second, Sha256.of(second));

      assertThat(best(slot)).isEqualTo("二红");
      assertThat(slot.answers(List.of(PICTURE, PICTURE)))
          .extracting(answer -> ((Answer.Recognized) answer).best().label())
          .containsExactly("二红", "二红");
      assertThat(now).isEqualTo(slot.version());
      assertThat(now.generation()).isEqualTo(2);
      assertThat(now.sha256()).isEqualTo(Sha256.of(second));
      ModelVersion told = slot.with((recognizer, version) -> version);
      assertThat(told).isEqualTo(now);
      assertThat(news.retired).extracting(ModelVersion::generation).containsExactly(1L);
      assertThatThrownBy(() -> old.answer(PICTURE)).isInstanceOf(RuntimeException.class);
    }
    assertThat(news.swapped).extracting(ModelVersion::file).containsExactly(second);
    assertThat(news.failed).isEmpty();
  }

  @Test
  void aCallThatBeganBeforeEndsWithTheOldModel() throws Exception {
    News news = new News();
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ModelSlot slot = slot(first).listener(news).open()) {
      CompletableFuture<List<String>> caller =
          CompletableFuture.supplyAsync(
              () ->
                  slot.with(
                      (recognizer, version) -> {
                        String before = recognizer.answer(PICTURE).best().label();
                        began.countDown();
                        await(mayEnd);
                        return List.of(before, recognizer.answer(PICTURE).best().label());
                      }));
      await(began);
      CompletableFuture<ModelVersion> swap = CompletableFuture.supplyAsync(() -> slot.swap(second));
      assertThat(news.swapped.poll(1, TimeUnit.MINUTES)).isNotNull();

      assertThat(best(slot)).as("a call that begins now").isEqualTo("二红");
      assertThat(news.retired).isEmpty();
      mayEnd.countDown();

      assertThat(caller.get(1, TimeUnit.MINUTES)).containsExactly("一红", "一红");
      assertThat(swap.get(1, TimeUnit.MINUTES).generation()).isEqualTo(2);
      assertThat(news.retired.poll(1, TimeUnit.MINUTES)).isNotNull();
    }
  }

  @Test
  void whoUsesAModelMaySwapIt() throws Exception {
    News news = new News();
    try (ModelSlot slot = slot(first).listener(news).open()) {
      String before =
          slot.with(
              (recognizer, version) -> {
                assertThat(slot.swap(second).generation()).isEqualTo(2);
                assertThat(news.retired).as("it is in use here").isEmpty();
                assertThat(best(slot)).isEqualTo("二红");
                return recognizer.answer(PICTURE).best().label();
              });

      assertThat(before).isEqualTo("一红");
      ModelVersion retired = Objects.requireNonNull(news.retired.poll(1, TimeUnit.MINUTES));
      assertThat(retired.generation()).isEqualTo(1);
    }
  }

  @Test
  void whatWasAskedWithoutWaitingIsAnsweredByTheModelOfThatMoment() throws Exception {
    News news = new News();
    try (ModelSlot slot = slot(first).listener(news).open()) {
      List<CompletableFuture<Answer>> before = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        before.add(slot.answerAsync(PICTURE));
      }
      slot.swap(second);
      CompletableFuture<Answer> after = slot.answerAsync(PICTURE);

      for (CompletableFuture<Answer> answer : before) {
        assertThat(label(answer.get(1, TimeUnit.MINUTES))).isEqualTo("一红");
      }
      assertThat(label(after.get(1, TimeUnit.MINUTES))).isEqualTo("二红");
      assertThat(news.retired).hasSize(1);
    }
  }

  private static String label(Answer answer) {
    return ((Answer.Recognized) answer).best().label();
  }

  /** What stands in the READMEs. */
  @Test
  void theExampleRuns() {
    Path next = first;
    String sha256 = Sha256.of(next);
    Picture picture = PICTURE;
    try (ModelSlot slot = ModelSlot.open(Path.of("models/default.pt"))) {
      Answer.Recognized before = slot.answer(picture);
      slot.swap(next, sha256); // callers go on meanwhile
      Answer.Recognized after = slot.answer(picture);

      assertThat(before.best().label()).doesNotStartWith("一");
      assertThat(after.best().label()).isEqualTo("一红");
    }
  }

  @Test
  void whatAListenerThrowsChangesNothing() {
    SwapListener broken =
        new SwapListener() {
          @Override
          public void swapped(ModelVersion before, ModelVersion now) {
            throw new IllegalStateException("broken");
          }
        };
    try (ModelSlot slot = slot(first).listener(broken).open()) {
      slot.swap(second);
      assertThat(best(slot)).isEqualTo("二红");
    }
  }

  @Test
  void aClosedSlotRefusesCallsAndSwaps() {
    News news = new News();
    ModelSlot slot = slot(first).listener(news).open();
    slot.close();
    slot.close();

    assertThatThrownBy(() -> slot.answer(PICTURE)).isInstanceOf(RecognizerClosedException.class);
    assertThatThrownBy(() -> slot.swap(second))
        .isInstanceOfSatisfying(
            SwapException.class,
            e -> assertThat(e.reason()).isEqualTo(SwapException.Reason.CLOSED));
    assertThat(slot.version().generation()).isEqualTo(1);
  }

  @Test
  void aListenerMayCloseTheSlot() throws Exception {
    CompletableFuture<ModelSlot> opened = new CompletableFuture<>();
    SwapListener closing =
        new SwapListener() {
          @Override
          public void swapped(ModelVersion before, ModelVersion now) {
            opened.join().close();
          }
        };
    ModelSlot slot = slot(first).listener(closing).open();
    opened.complete(slot);

    CompletableFuture.runAsync(() -> slot.swap(second)).get(1, TimeUnit.MINUTES);

    assertThatThrownBy(() -> slot.answer(PICTURE)).hasMessageContaining("closed");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void refusesSettingsThatMeanNothing(Setting setting) {
    assertThatIllegalArgumentException().isThrownBy(() -> setting.on(slot(first)));
  }

  private enum Setting {
    NO_MEMORY {
      @Override
      void on(ModelSlotBuilder slot) {
        slot.memoryLimit(0);
      }
    },
    NO_PICTURES {
      @Override
      void on(ModelSlotBuilder slot) {
        slot.compare(0, 0.5);
      }
    },
    NO_SHARE {
      @Override
      void on(ModelSlotBuilder slot) {
        slot.compare(1, Double.NaN);
      }
    };

    abstract void on(ModelSlotBuilder slot);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
