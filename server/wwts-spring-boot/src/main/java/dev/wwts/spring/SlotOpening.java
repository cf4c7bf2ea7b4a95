package dev.wwts.spring;

import dev.wwts.ModelSlot;
import dev.wwts.ModelSlotBuilder;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.SwapListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.util.unit.DataSize;

/** Opens the slot that the properties ask for. */
final class SlotOpening {
  private final WwtsProperties properties;
  private final boolean springEndsIt;
  private final List<SwapListener> listeners;

  /**
   * Of these properties.
   *
   * @param springEndsIt whether Spring closes the slot at the JVM's end
   */
  SlotOpening(WwtsProperties properties, boolean springEndsIt, List<SwapListener> listeners) {
    this.properties = properties;
    this.springEndsIt = springEndsIt;
    this.listeners = listeners;
  }

  ModelSlot open(Resource model) {
    try {
      return model.isFile() ? open(model.getFile().toPath()) : openCopy(model);
    } catch (IOException e) {
      throw new UncheckedIOException("wwts.model, " + model + ", can't be read.", e);
    }
  }

  /** A resource inside a jar; the library reads a file once, wholly. */
  private ModelSlot openCopy(Resource model) throws IOException {
    Path folder = Files.createTempDirectory("wwts");
    Path copy = folder.resolve(name(model));
    try {
      try (InputStream bytes = model.getInputStream()) {
        Files.copy(bytes, copy);
      }
      return open(copy);
    } finally {
      Files.deleteIfExists(copy);
      Files.delete(folder);
    }
  }

  private static String name(Resource model) {
    String name = model.getFilename();
    return name == null || name.isEmpty() ? "model.pt" : name;
  }

  private ModelSlot open(Path model) {
    ModelSlotBuilder slot = ModelSlot.builder(builder(model));
    set(properties.memoryLimit(), limit -> slot.memoryLimit(limit.toBytes()));
    listeners.forEach(slot::listener);
    return slot.open();
  }

  private RecognizerBuilder builder(Path model) {
    WwtsProperties.Limits limits = properties.limits();
    RecognizerBuilder builder =
        Recognizer.builder(model)
            .device(properties.device())
            .precision(properties.precision())
            .trusted(properties.trusted())
            .maxBytes(limits.maxBytes().toBytes())
            .maxPixels(limits.maxPixels())
            .batching(properties.batching().most(), properties.batching().maxWait())
            .shutdownHook(!springEndsIt);
    set(properties.sha256(), builder::sha256);
    set(properties.threads(), builder::threads);
    set(properties.lanes(), builder::lanes);
    set(properties.decoders(), builder::decoders);
    set(properties.queue(), builder::queue);
    set(properties.timeout(), builder::timeout);
    set(properties.queueTimeout(), builder::queueTimeout);
    set(properties.topK(), builder::topK);
    set(properties.threshold(), builder::threshold);
    set(properties.minConfidence(), builder::minConfidence);
    set(bytes(limits.inFlight()), builder::pixelsInFlight);
    set(bytes(properties.vramBudget()), builder::vramBudget);
    return builder;
  }

  private static @Nullable Long bytes(@Nullable DataSize size) {
    return size == null ? null : size.toBytes();
  }

  private static <T> void set(@Nullable T value, Consumer<T> setting) {
    if (value != null) {
      setting.accept(value);
    }
  }
}
