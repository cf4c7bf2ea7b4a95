package dev.wwts;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Gives a recognizer's or a slot's {@link Stats} and the times of its calls to Micrometer, whose
 * io.micrometer:micrometer-core the service brings itself: {@code new
 * RecognizerMetrics(recognizer).bindTo(registry)}. Meters have the tag {@code model}, the model's
 * name, and don't keep the recognizer or slot from being collected.
 */
public final class RecognizerMetrics implements MeterBinder {
  private final Source<?> source;
  private final Tags tags;

  /** What is watched; meters refer to it weakly, so no function of it does. */
  private record Source<T>(T it, Function<T, Stats> stats, Consumer<CallListener> listen) {
    ToDoubleFunction<T> figure(ToDoubleFunction<Stats> figure) {
      Function<T, Stats> own = stats;
      return of -> figure.applyAsDouble(own.apply(of));
    }

    ToLongFunction<T> count(ToLongFunction<Stats> figure) {
      Function<T, Stats> own = stats;
      return of -> figure.applyAsLong(own.apply(of));
    }
  }

  /**
   * Of a recognizer.
   *
   * @param tags further ones of all meters: keys and values in turn
   * @throws IllegalArgumentException if a key has no value
   */
  public RecognizerMetrics(Recognizer recognizer, String... tags) {
    this(
        new Source<>(Objects.requireNonNull(recognizer), Recognizer::stats, recognizer::listen),
        recognizer.model(),
        tags);
  }

  /**
   * Of a slot, whose counts go on where its model changes. The tag {@code model} is the name of the
   * one that is there now.
   *
   * @param tags further ones of all meters: keys and values in turn
   * @throws IllegalArgumentException if a key has no value
   */
  public RecognizerMetrics(ModelSlot slot, String... tags) {
    this(
        new Source<>(Objects.requireNonNull(slot), ModelSlot::stats, slot::listen),
        slot.version().model(),
        tags);
  }

  private RecognizerMetrics(Source<?> source, ModelInfo model, String... tags) {
    this.source = source;
    this.tags = Tags.of("model", model.name()).and(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    bind(registry, source);
    Map<CallEnd.Outcome, Timer> times = new EnumMap<>(CallEnd.Outcome.class);
    for (CallEnd.Outcome outcome : CallEnd.Outcome.values()) {
      times.put(
          outcome,
          Timer.builder("wwts.call.time")
              .description("From a call's acceptance to its end")
              .tags(tags)
              .tag("outcome", outcome.toString())
              .register(registry));
    }
    source.listen.accept(
        call ->
            Objects.requireNonNull(times.get(call.outcome()))
                .record(call.total(), TimeUnit.NANOSECONDS));
    if (source.it instanceof ModelSlot slot) {
      Gauge.builder("wwts.model.generation", slot, of -> of.version().generation())
          .description("Of the slot's model: one more at each swap")
          .tags(tags)
          .register(registry);
      Set<String> told = ConcurrentHashMap.newKeySet();
      tell(registry, slot, tags, told);
      // the slot's models have this listener: it must not keep the slot that they are forgotten
      // with
      WeakReference<ModelSlot> weak = new WeakReference<>(slot);
      Tags own = tags;
      source.listen.accept(
          call -> {
            ModelSlot now = weak.get();
            if (now != null) {
              tell(registry, now, own, told);
            }
          });
    }
  }

  /** Which file answers: 1 for the one that does. One that came by a swap is told once. */
  private static void tell(MeterRegistry registry, ModelSlot slot, Tags tags, Set<String> told) {
    String sha256 = slot.version().sha256();
    if (told.add(sha256)) {
      Gauge.builder("wwts.model.active", slot, of -> of.version().sha256().equals(sha256) ? 1 : 0)
          .description("1 for the model that answers")
          .tags(tags)
          .tag("sha256", sha256)
          .register(registry);
    }
  }

  private <T> void bind(MeterRegistry registry, Source<T> of) {
    calls(registry, of, "answered", Stats::answered);
    calls(registry, of, "failed", Stats::failed);
    calls(registry, of, "late", Stats::late);
    calls(registry, of, "abandoned", Stats::abandoned);
    calls(registry, of, "overloaded", Stats::overloaded);
    calls(registry, of, "closed", Stats::closed);
    FunctionTimer.builder(
            "wwts.queue.time",
            of.it,
            of.count(RecognizerMetrics::ended),
            of.figure(Stats::waitingNanos),
            TimeUnit.NANOSECONDS)
        .description("What calls that have ended waited for a decoder and a lane")
        .tags(tags)
        .register(registry);
    counter(registry, of, "wwts.batches", "Forwards that lanes ran", Stats::batches);
    counter(registry, of, "wwts.batch.pictures", "Pictures of these", Stats::pictures);
    gauge(registry, of, "wwts.queue.waiting", "Accepted calls that no lane runs", Stats::waiting);
    gauge(registry, of, "wwts.lanes.busy", "Lanes that have calls", Stats::busyLanes);
    gauge(registry, of, "wwts.lanes", "All lanes", Stats::lanes);
    gauge(registry, of, "wwts.decoders.busy", "Threads that decode", Stats::busyDecoders);
    gauge(registry, of, "wwts.decoders", "All threads that decode", Stats::decoders);
    memory(registry, of, "model", NativeMemory::model);
    memory(registry, of, "pixels", NativeMemory::pixels);
    memory(registry, of, "files", NativeMemory::files);
    Gauge.builder(
            "wwts.pixels.in.flight", of.it, of.figure(stats -> stats.memory().pixelsInFlight()))
        .description("Decoded pictures on their way, as pixelsInFlight counts them")
        .baseUnit("bytes")
        .tags(tags)
        .register(registry);
  }

  private static long ended(Stats stats) {
    return stats.answered() + stats.failed() + stats.late() + stats.abandoned();
  }

  private <T> void calls(
      MeterRegistry registry, Source<T> of, String outcome, ToDoubleFunction<Stats> figure) {
    FunctionCounter.builder("wwts.calls", of.it, of.figure(figure))
        .description("Calls by how they ended, or why they were not accepted")
        .tags(tags)
        .tag("outcome", outcome)
        .register(registry);
  }

  private <T> void counter(
      MeterRegistry registry,
      Source<T> of,
      String name,
      String description,
      ToDoubleFunction<Stats> figure) {
    FunctionCounter.builder(name, of.it, of.figure(figure))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private <T> void memory(
      MeterRegistry registry, Source<T> of, String kind, ToLongFunction<NativeMemory> figure) {
    Gauge.builder("wwts.memory", of.it, of.figure(stats -> figure.applyAsLong(stats.memory())))
        .description("Native memory that the recognizer knows of, beside LibTorch's own")
        .baseUnit("bytes")
        .tags(tags)
        .tag("kind", kind)
        .register(registry);
  }

  private <T> void gauge(
      MeterRegistry registry,
      Source<T> of,
      String name,
      String description,
      ToDoubleFunction<Stats> figure) {
    Gauge.builder(name, of.it, of.figure(figure))
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
