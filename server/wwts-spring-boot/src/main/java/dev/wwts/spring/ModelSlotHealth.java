package dev.wwts.spring;

import dev.wwts.ModelInfo;
import dev.wwts.ModelSlot;
import dev.wwts.ModelVersion;
import dev.wwts.Recognizer;
import dev.wwts.WwtsException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up while the model can be asked; down when its GPU has failed for good, which only a restart
 * mends, or when it was closed. Waits for no call.
 */
final class ModelSlotHealth implements HealthIndicator {
  private final ModelSlot slot;

  ModelSlotHealth(ModelSlot slot) {
    this.slot = slot;
  }

  @Override
  public Health health() {
    try {
      return slot.with(ModelSlotHealth::health);
    } catch (WwtsException e) {
      return Health.down().withDetail("reason", String.valueOf(e.getMessage())).build();
    }
  }

  private static Health health(Recognizer recognizer, ModelVersion version) {
    // throws what a call would throw, for a card that has failed or a recognizer that was closed
    recognizer.memory();
    ModelInfo model = version.model();
    return Health.up()
        .withDetail("model", model.name())
        .withDetail("sha256", version.sha256())
        .withDetail("device", model.device().toString())
        .withDetail("precision", model.precision().toString())
        .build();
  }
}
