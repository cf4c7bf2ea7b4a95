package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wwts.internal.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A model does not take another one's place, and nothing has changed. */
class RefusedSwapTest extends SlotCase {
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
            .replaceFirst("float32", "float16");
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
}
