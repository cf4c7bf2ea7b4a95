package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wwts.internal.model.Sha256;
import java.awt.Color;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model takes another one's place, or it does not and nothing has changed. */
class ModelSlotTest {
  private static final byte[] RED = TestPictures.png(20, 30, Color.RED);
  private static final Picture PICTURE = Picture.of(RED);
  private static final Path TESTED = Path.of("models", "default.pt");

  @TempDir private static Path folder;
  private static Path first;
  private static Path second;

  /** Names its strongest colour otherwise than the first. */
  private static Path other;

  @BeforeAll
  static void write() {
    first = SlotModels.write(folder, "first", "m * 10", "一");
    second = SlotModels.write(folder, "second", "m * 10", "二");
    other = SlotModels.write(folder, "other", "m * -10", "一");
  }

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

  @Test
  void aFileThatIsNoModelChangesNothing() throws IOException {
    Path broken = Files.write(folder.resolve("broken.pt"), new byte[] {'P', 'K', 3, 4, 5});

    keepsTheFirst(slot(first), slot -> slot.swap(broken), ModelException.class, "broken.pt");
    keepsTheFirst(
        slot(first),
        slot -> slot.swap(folder.resolve("absent.pt")),
        ModelException.class,
        "absent.pt does not exist");
  }

  @Test
  void aWrongPinChangesNothing() {
    keepsTheFirst(
        slot(first), slot -> slot.swap(second, "0".repeat(64)), ModelException.class, "pinned");
  }

  @Test
  void whatWasPinnedIsNotFollowedByWhatIsNot() {
    ModelSlotBuilder pinned = ModelSlot.builder(Recognizer.builder(first).sha256(Sha256.of(first)));

    SwapException e = keepsTheFirst(pinned, slot -> slot.swap(second), SwapException.class, "SHA");

    assertThat(e.reason()).isEqualTo(SwapException.Reason.NOT_PINNED);
    try (ModelSlot slot = pinned.open()) {
      assertThat(slot.swap(Recognizer.builder(second)).generation()).isEqualTo(2);
    }
  }

  @Test
  void aModelThatFailsItsSelfTestChangesNothing() {
    SwapException e =
        keepsTheFirst(
            slot(first),
            slot -> slot.swap(withOtherLogits("other-logits.pt")),
            SwapException.class,
            "fails its self-test on cpu in fp32");

    assertThat(e.reason()).isEqualTo(SwapException.Reason.SELF_TEST);
    try (ModelSlot slot = slot(first).requireSelfTest(false).open()) {
      assertThat(slot.swap(TESTED).model().name()).isEqualTo("wwts-default");
    }
  }

  @Test
  void aPrecisionThatTheModelFallsBackFromChangesNothing() {
    Path tested = withOtherLogits("other-in-bf16.pt");

    SwapException e =
        keepsTheFirst(
            slot(first),
            slot -> slot.swap(Recognizer.builder(tested).precision(Precision.BF16)),
            SwapException.class,
            "would run in fp32");

    assertThat(e.reason()).isEqualTo(SwapException.Reason.SELF_TEST);
  }

  @Test
  void aSelfTestCanBeRequired() {
    ModelSlotBuilder strict =
        ModelSlot.builder(Recognizer.builder(TESTED).threads(1).lanes(1)).requireSelfTest(true);
    try (ModelSlot slot = strict.open()) {
      assertThatThrownBy(() -> slot.swap(first))
          .isInstanceOf(SwapException.class)
          .hasMessageContaining("has no self-test");
      assertThat(slot.version().model().name()).isEqualTo("wwts-default");
    }
  }

  @Test
  void aModelThatDoesNotFitIntoMemoryIsNotLoaded() throws IOException {
    Path large = folder.resolve("large.pt");
    try (var file =
        Files.newByteChannel(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // a hole: as large as it is, it takes no room on the disk and would be no model either
      file.position((1L << 40) - 1).write(ByteBuffer.wrap(new byte[1]));
    }

    for (ModelSlotBuilder limited : List.of(slot(first), slot(first).memoryLimit(8L << 30))) {
      SwapException e =
          keepsTheFirst(limited, slot -> slot.swap(large), SwapException.class, "large.pt takes");
      assertThat(e.reason()).isEqualTo(SwapException.Reason.MEMORY);
    }
    assertThatThrownBy(() -> slot(first).memoryLimit(1 << 20).open())
        .isInstanceOf(SwapException.class)
        .hasMessageContaining("the limit of 1 MB leaves 0");
  }

  @Test
  void halfPrecisionIsTakenToNeedMoreMemory() throws IOException {
    Map<String, byte[]> entries = ModelFiles.entries(TESTED);
    String manifest =
        new String(entries.get("model/extra/wwts.json"), StandardCharsets.UTF_8)
            .replace("float32", "float16");
    entries.put("model/extra/wwts.json", manifest.getBytes(StandardCharsets.UTF_8));
    Path half = ModelFiles.zip(folder.resolve("half.pt"), entries);
    long room = 64 << 20;
    long need = (long) (2.2 * Files.size(TESTED)) + room;
    long halfNeeds = 4 * Files.size(half) + room;

    assertThatThrownBy(() -> slot(TESTED).memoryLimit(1 << 20).open())
        .hasMessageContaining("takes about " + (need >> 20) + " MB");
    assertThatThrownBy(() -> slot(half).memoryLimit(1 << 20).open())
        .hasMessageContaining("takes about " + (halfNeeds >> 20) + " MB");
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
  void aModelThatAnswersOtherwiseDoesNotTakeThePlace() throws IOException {
    ModelSlotBuilder comparing = slot(first).compare(4, 0.75);
    try (ModelSlot slot = comparing.open()) {
      byte[] bytes = RED.clone();
      for (int i = 0; i < 6; i++) {
        slot.answer(Picture.of(bytes));
      }
      Arrays.fill(bytes, (byte) 0);

      assertThatThrownBy(() -> slot.swap(other))
          .isInstanceOfSatisfying(
              SwapException.class,
              e -> assertThat(e.reason()).isEqualTo(SwapException.Reason.DISAGREES))
          .hasMessageContaining("0 of the last 4 pictures");
      assertThat(best(slot)).isEqualTo("一红");
      Path same = Files.copy(first, folder.resolve("same.pt"));
      assertThat(slot.swap(same).generation()).isEqualTo(2);
      assertThatThrownBy(() -> slot.swap(other))
          .as("what the second model was compared on is kept for the third")
          .hasMessageContaining("0 of the last 4 pictures");
    }
    try (ModelSlot slot = comparing.open()) {
      assertThat(slot.swap(other).generation()).as("nothing to compare on").isEqualTo(2);
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

  private interface Swap {
    void on(ModelSlot slot);
  }

  private static <E extends WwtsException> E keepsTheFirst(
      ModelSlotBuilder builder, Swap swap, Class<E> type, String says) {
    News news = new News();
    try (ModelSlot slot = builder.listener(news).open()) {
      ModelVersion before = slot.version();

      Throwable error = catchThrowable(() -> swap.on(slot));

      assertThat(error).isInstanceOf(type).hasMessageContaining(says);
      assertThat(error.getMessage()).hasSizeLessThanOrEqualTo(300);
      assertThat(slot.version()).isEqualTo(before);
      assertThat(best(slot)).isEqualTo("一红");
      assertThat(List.<Throwable>copyOf(news.failed)).containsExactly(error);
      assertThat(news.swapped).isEmpty();
      assertThat(slot.swap(Recognizer.builder(second)).generation()).isEqualTo(2);
      return type.cast(error);
    }
  }

  /** The default model with logits in its self-test that no network gives. */
  private static Path withOtherLogits(String name) {
    Map<String, byte[]> entries = ModelFiles.entries(TESTED);
    byte[] logits = entries.get("model/extra/selftest/logits.f32");
    ByteBuffer.wrap(logits).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 1000);
    return ModelFiles.zip(folder.resolve(name), entries);
  }

  private static ModelSlotBuilder slot(Path model) {
    return ModelSlot.builder(Recognizer.builder(model).threads(1).lanes(2));
  }

  private static String best(ModelSlot slot) {
    return slot.answer(PICTURE).best().label();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class News implements SwapListener {
    final BlockingQueue<ModelVersion> swapped = new LinkedBlockingQueue<>();
    final BlockingQueue<RuntimeException> failed = new LinkedBlockingQueue<>();
    final BlockingQueue<ModelVersion> retired = new LinkedBlockingQueue<>();

    @Override
    public void swapped(ModelVersion before, ModelVersion now) {
      swapped.add(now);
    }

    @Override
    public void failed(Path file, RuntimeException why) {
      failed.add(why);
    }

    @Override
    public void retired(ModelVersion version) {
      retired.add(version);
    }
  }
}
