package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recognizer's figures, as Micrometer reads them. */
class RecognizerMetricsTest {
  private static final Picture PICTURE = Picture.of(TestPictures.png(20, 30, Color.RED));

  @TempDir private static Path folder;

  @Test
  void figuresAreMetersWithTheirTags() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Recognizer recognizer = Recognizer.builder(ModelFiles.tiny(folder)).lanes(3).decoders(2).load();
    try (recognizer) {
      double before = (double) recognizer.stats().answered();
      new RecognizerMetrics(recognizer, "service", "shop").bindTo(registry);
      recognizer.answer(PICTURE);
      recognizer.answer(PICTURE);

      assertThat(calls(registry, "answered")).isEqualTo(before + 2);
      assertThat(registry.get("wwts.queue.time").functionTimer().count()).isEqualTo(before + 2);
      assertThat(registry.get("wwts.queue.time").functionTimer().totalTime(TimeUnit.NANOSECONDS))
          .isCloseTo((double) recognizer.stats().waitingNanos(), within(1.0));
      assertThat(gauge(registry, "wwts.lanes")).isEqualTo(3);
      assertThat(gauge(registry, "wwts.decoders")).isEqualTo(2);
      assertThat(gauge(registry, "wwts.queue.waiting")).isZero();
      assertThat(gauge(registry, "wwts.lanes.busy")).isBetween(0.0, 3.0);
      assertThat(gauge(registry, "wwts.decoders.busy")).isBetween(0.0, 2.0);
    }
    assertThatThrownBy(() -> recognizer.answer(PICTURE))
        .isInstanceOf(RecognizerClosedException.class);

    assertThat(calls(registry, "closed")).isEqualTo(1);
    assertThat(calls(registry, "overloaded")).isZero();
  }

  /** As where each of several registries is bound. */
  @Test
  void eachRegistryHasAllMeters() {
    Path model = SlotModels.write(folder, "one", "m * 10", "一");
    try (ModelSlot slot = ModelSlot.open(model)) {
      RecognizerMetrics metrics = new RecognizerMetrics(slot);
      SimpleMeterRegistry first = new SimpleMeterRegistry();
      SimpleMeterRegistry second = new SimpleMeterRegistry();
      metrics.bindTo(first);
      metrics.bindTo(second);
      slot.answer(PICTURE);

      assertThat(second.getMeters()).hasSameSizeAs(first.getMeters());
      assertThat(second.get("wwts.model.active").gauge().value()).isEqualTo(1);
    }
  }

  private static double calls(SimpleMeterRegistry registry, String outcome) {
    return registry
        .get("wwts.calls")
        .tags("model", "tiny", "service", "shop", "outcome", outcome)
        .functionCounter()
        .count();
  }

  private static double gauge(SimpleMeterRegistry registry, String name) {
    return registry.get(name).tags("model", "tiny", "service", "shop").gauge().value();
  }
}
