package dev.wwts.spring;

import dev.wwts.ModelSlot;
import dev.wwts.ModelVersion;
import dev.wwts.RecognizerMetrics;
import dev.wwts.SwapListener;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * {@link RecognizerMetrics} of the model that is in the slot: those of another go when it goes, and
 * counts begin anew.
 */
final class ModelSlotMetrics implements MeterBinder, SwapListener {
  private final Supplier<ModelSlot> slot;
  private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

  /**
   * Of a slot.
   *
   * @param slot asked later, as it is opened with this as its listener
   */
  ModelSlotMetrics(Supplier<ModelSlot> slot) {
    this.slot = slot;
  }

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    registries.add(registry);
    bindPresent(registry);
  }

  @Override
  public synchronized void swapped(ModelVersion before, ModelVersion now) {
    for (MeterRegistry registry : registries) {
      List<Meter> old =
          registry.getMeters().stream().filter(meter -> isOf(before, meter.getId())).toList();
      old.forEach(registry::remove);
      bindPresent(registry);
    }
  }

  private void bindPresent(MeterRegistry registry) {
    slot.get()
        .with(
            (recognizer, version) -> {
              new RecognizerMetrics(recognizer).bindTo(registry);
              return version;
            });
  }

  private static boolean isOf(ModelVersion version, Meter.Id id) {
    return id.getName().startsWith("wwts.") && version.model().name().equals(id.getTag("model"));
  }
}
