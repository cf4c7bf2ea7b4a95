package dev.wwts.internal.serve;

import dev.wwts.Device;
import dev.wwts.JpegDecoder;
import dev.wwts.NativeMemory;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.natives.LowPriority;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.Settings;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What serves: a model on its device, memory for pictures, decoding threads and lane threads; made
 * in this order and closed in the other.
 */
record ServiceParts(
    Engine engine,
    DeviceFailure failure,
    PixelPool pool,
    Decoders decoders,
    Lanes lanes,
    long modelBytes)
    implements AutoCloseable {
  private static final int MOST_LANES_ON_A_CARD = 4;
  private static final int LEAST_DECODERS = 2;
  private static final int MOST_DECODERS = 8;

  /** Bytes of pixels in flight beside those of the largest picture. */
  private static final long ORDINARY_PICTURES = 256L << 20;

  private static final int BYTES_A_PIXEL = 3;

  /** Starts and warms up all that runs a model; closes the engine where that fails. */
  static ServiceParts open(Engine engine, Bundle bundle, Settings settings, CallCounts counts) {
    DeviceFailure failure = new DeviceFailure(engine);
    long modelBytes = bundle.content().size();
    boolean cardDecodes = settings.decoder() == JpegDecoder.GPU;
    PixelPool pool = new PixelPool(pixelsInFlight(settings), engine::newPixels);
    Decoders started = null;
    try {
      Decoders decoders =
          new Decoders(
              decoders(settings),
              settings.limits(),
              bundle.manifest().input(),
              pool,
              cardDecodes ? () -> engine.remark(new Remark.OtherJpegs()) : null,
              failure::typed);
      started = decoders;
      boolean onCard = engine.device().kind() == Device.Kind.CUDA;
      List<Integer> falling =
          settings.expectedBatches().stream().sorted(Comparator.reverseOrder()).toList();
      int count = lanes(settings, engine);
      int processors = Runtime.getRuntime().availableProcessors();
      if (!onCard && (long) count * engine.threads() > processors) {
        engine.remark(new Remark.TooManyThreads(count, engine.threads(), processors));
      }
      Lanes lanes =
          new Lanes(
              count,
              onCard || LowPriority.isAsked(),
              !onCard && count >= processors,
              new Batching(settings.batching(), () -> pool.isShort() ? 0 : settings.batchingWait()),
              () ->
                  new LaneRunner(
                      engine.newLane(),
                      engine::remark,
                      failure::typed,
                      counts::ran,
                      engine::embeddings),
              lane ->
                  warmUp(lane, falling, InlineBatch.grey(bundle, engine::newPixels, cardDecodes)),
              decoders::forLane);
      return new ServiceParts(engine, failure, pool, decoders, lanes, modelBytes);
    } catch (RuntimeException | Error e) {
      Throwable typed = failure.typed(e);
      closeAll(started, pool, engine).ifPresent(typed::addSuppressed);
      throw DeviceFailure.thrown(typed);
    }
  }

  /**
   * Runs the expected batches, the largest first, in whose memory the others' graphs find room:
   * each lane has graphs, buffers and threads of its own.
   */
  private static void warmUp(LaneRunner lane, List<Integer> sizes, InlineBatch grey) {
    try (grey) {
      sizes.forEach(size -> lane.warmUp(grey.of(size)));
    }
  }

  /** Each, also where one refuses; what the first said, with what the others did. */
  private static Optional<Throwable> closeAll(@Nullable AutoCloseable... parts) {
    Throwable first = null;
    for (AutoCloseable part : parts) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Throwable e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return Optional.ofNullable(first);
  }

  /**
   * As many calls as keep the cores busy: with more threads than processors OpenMP's go to sleep at
   * once, which takes 1.6 times as long. On a card, where lanes have memory, some.
   */
  private static int lanes(Settings settings, Engine engine) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (settings.lanes() > 0) {
      return settings.lanes();
    }
    return engine.device().kind() == Device.Kind.CUDA
        ? Math.min(MOST_LANES_ON_A_CARD, Math.max(2, cores))
        : Math.max(1, cores / engine.threads());
  }

  private static int decoders(Settings settings) {
    int cores = Runtime.getRuntime().availableProcessors();
    return settings.decoders() > 0
        ? settings.decoders()
        : Math.max(LEAST_DECODERS, Math.min(MOST_DECODERS, cores));
  }

  private static long pixelsInFlight(Settings settings) {
    return settings.pixelsInFlight() > 0
        ? settings.pixelsInFlight()
        : BYTES_A_PIXEL * settings.limits().maxPixels() + ORDINARY_PICTURES;
  }

  /**
   * Whoever waits for calls does so in another thread than theirs.
   *
   * @throws IllegalStateException if this is one that lanes or decoders run in
   */
  void requireCaller() {
    ServiceThread.requireOther(lanes.threads());
    ServiceThread.requireOther(decoders.threads());
  }

  /** What is known without waiting. */
  NativeMemory memory() {
    return new NativeMemory(modelBytes, pool.held(), pool.inFlight(), decoders.held());
  }

  /** Frees all; calls must have ended before. */
  @Override
  public void close() {
    Optional<Throwable> fault = closeAll(lanes, decoders, pool, engine);
    if (fault.isPresent()) {
      throw DeviceFailure.thrown(fault.get());
    }
  }
}
