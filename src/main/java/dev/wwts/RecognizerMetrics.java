package dev.wwts;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Gives a recognizer's {@link Stats} to Micrometer, whose io.micrometer:micrometer-core the service
 * brings itself: {@code new RecognizerMetrics(recognizer).bindTo(registry)}. Meters have the tag
 * {@code model}, the model's name, and don't keep the recognizer from being collected.
 */
public final class RecognizerMetrics implements MeterBinder {
  private final Recognizer recognizer;
  private final Tags tags;

  /**
   * Of a recognizer.
   *
   * @param tags further ones of all meters: keys and values in turn
   * @throws IllegalArgumentException if a key has no value
   */
  public RecognizerMetrics(Recognizer recognizer, String... tags) {
    this.recognizer = Objects.requireNonNull(recognizer);
    this.tags = Tags.of("model", recognizer.model().name()).and(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    calls(registry, "answered", Stats::answered);
    calls(registry, "failed", Stats::failed);
    calls(registry, "late", Stats::late);
    calls(registry, "abandoned", Stats::abandoned);
    calls(registry, "overloaded", Stats::overloaded);
    calls(registry, "closed", Stats::closed);
    FunctionTimer.builder(
            "wwts.queue.time",
            recognizer,
            of -> ended(of.stats()),
            of -> of.stats().waitingNanos(),
            TimeUnit.NANOSECONDS)
        .description("What calls that have ended waited for a decoder and a lane")
        .tags(tags)
        .register(registry);
    gauge(registry, "wwts.queue.waiting", "Accepted calls that no lane runs", Stats::waiting);
    gauge(registry, "wwts.lanes.busy", "Lanes that run a call", Stats::busyLanes);
    gauge(registry, "wwts.lanes", "All lanes", Stats::lanes);
    gauge(registry, "wwts.decoders.busy", "Threads that decode a picture", Stats::busyDecoders);
    gauge(registry, "wwts.decoders", "All threads that decode", Stats::decoders);
  }

  private static long ended(Stats stats) {
    return stats.answered() + stats.failed() + stats.late() + stats.abandoned();
  }

  private void calls(MeterRegistry registry, String outcome, ToLongFunction<Stats> figure) {
    FunctionCounter.builder("wwts.calls", recognizer, of -> figure.applyAsLong(of.stats()))
        .description("Calls by how they ended, or why they were not accepted")
        .tags(tags)
        .tag("outcome", outcome)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry, String name, String description, ToDoubleFunction<Stats> figure) {
    Gauge.builder(name, recognizer, of -> figure.applyAsDouble(of.stats()))
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
