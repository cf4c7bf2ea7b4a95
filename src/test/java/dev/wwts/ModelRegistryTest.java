package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models side by side, each with its name. */
class ModelRegistryTest {
  private static final Picture RED = Picture.of(TestPictures.png(8, 8, Color.RED));

  @TempDir private static Path folder;
  private static Path one;
  private static Path two;

  @BeforeAll
  static void write() {
    one = SlotModels.write(folder, "one", "m * 10", "一");
    two = SlotModels.write(folder, "two", "m * 10", "二");
  }

  @Test
  void eachIsSwappedAlone() {
    try (ModelRegistry models = new ModelRegistry()) {
      ModelSlot a = models.open("a", slot(one));
      models.open("b", slot(one));

      a.swap(two);

      assertThat(best(models, "a")).isEqualTo("二红");
      assertThat(best(models, "b")).isEqualTo("一红");
      assertThat(models.get("c")).isEmpty();
      assertThat(models.slots()).containsOnlyKeys("a", "b").containsEntry("a", a);
      assertThatIllegalArgumentException().isThrownBy(() -> models.open("a", slot(one)));

      models.close("a");
      models.close("a");
      assertThat(models.get("a")).isEmpty();
      assertThatThrownBy(() -> a.answer(RED)).hasMessageContaining("closed");
      assertThat(best(models, "b")).isEqualTo("一红");
    }
  }

  @Test
  void allShareOneLimit() {
    try (ModelRegistry models = new ModelRegistry(1 << 20)) {
      assertThatThrownBy(() -> models.open("a", slot(one).memoryLimit(1L << 40)))
          .isInstanceOfSatisfying(
              SwapException.class,
              e -> assertThat(e.reason()).isEqualTo(SwapException.Reason.MEMORY));
      assertThat(models.get("a")).isEmpty();
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new ModelRegistry(0));
  }

  @Test
  void closingItClosesAll() {
    ModelRegistry models = new ModelRegistry();
    ModelSlot slot = models.open("a", slot(one));
    models.close();
    models.close();

    assertThatThrownBy(() -> slot.answer(RED)).hasMessageContaining("closed");
    assertThatThrownBy(() -> models.open("b", slot(one)))
        .isInstanceOfSatisfying(
            SwapException.class,
            e -> assertThat(e.reason()).isEqualTo(SwapException.Reason.CLOSED));
  }

  private static ModelSlotBuilder slot(Path model) {
    return ModelSlot.builder(Recognizer.builder(model).threads(1).lanes(2));
  }

  private static String best(ModelRegistry models, String name) {
    return models.get(name).orElseThrow().answer(RED).best().label();
  }
}
