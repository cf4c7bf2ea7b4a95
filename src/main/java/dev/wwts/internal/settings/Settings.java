package dev.wwts.internal.settings;

import dev.wwts.CallListener;
import dev.wwts.Device;
import dev.wwts.JpegDecoder;
import dev.wwts.Precision;
import dev.wwts.internal.image.Limits;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded and asked: made by {@link dev.wwts.RecognizerBuilder}, which checks it, and
 * handed down whole. Never changes; what sets a value gives a copy.
 */
public final class Settings implements Cloneable {
  /** What holds where nothing is set. */
  public static final Settings DEFAULT = new Settings();

  /** As a threshold: the model's own. */
  public static final double FROM_MANIFEST = -1;

  private Device device = Device.AUTO;
  private Precision precision = Precision.AUTO;
  private int threads;
  private int lanes;
  private int topK = 5;
  private double minConfidence;
  private double threshold = FROM_MANIFEST;
  private Limits limits = Limits.DEFAULT;
  private List<Integer> batchSizes = List.of(1);
  private @Nullable String sha256;
  private boolean trusted;
  private long vramBudget;
  private boolean cudaGraphs = true;
  private boolean tf32;
  private JpegDecoder decoder = JpegDecoder.CPU;
  private int decoders;
  private int queue = 256;
  private long pixelsInFlight;
  private long timeout;
  private long queueTimeout;
  private boolean shutdownHook = true;
  private @Nullable MadeHere origin;
  private List<CallListener> listeners = List.of();
  private int batching = 1;
  private long batchingWait;
  private long shutdownGrace = TimeUnit.SECONDS.toNanos(10);

  private Settings() {}

  private Settings with(Consumer<Settings> change) {
    try {
      Settings copy = (Settings) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Where the network runs; {@code AUTO} is decided at load. */
  public Device device() {
    return device;
  }

  /** Sets {@link #device()}. */
  public Settings device(Device value) {
    return with(it -> it.device = value);
  }

  /** What it computes in; {@code AUTO} is decided at load. */
  public Precision precision() {
    return precision;
  }

  /** Sets {@link #precision()}. */
  public Settings precision(Precision value) {
    return with(it -> it.precision = value);
  }

  /** LibTorch's threads for one forward on a CPU; 0: its own default. */
  public int threads() {
    return threads;
  }

  /** Sets {@link #threads()}. */
  public Settings threads(int value) {
    return with(it -> it.threads = value);
  }

  /** Forwards that run at the same time; 0: by cores and threads. */
  public int lanes() {
    return lanes;
  }

  /** Sets {@link #lanes()}. */
  public Settings lanes(int value) {
    return with(it -> it.lanes = value);
  }

  /** Classes in an answer. */
  public int topK() {
    return topK;
  }

  /** Sets {@link #topK()}. */
  public Settings topK(int value) {
    return with(it -> it.topK = value);
  }

  /** Classes below it are left out of answers. */
  public double minConfidence() {
    return minConfidence;
  }

  /** Sets {@link #minConfidence()}. */
  public Settings minConfidence(double value) {
    return with(it -> it.minConfidence = value);
  }

  /** A picture whose best confidence is below it is not recognised. */
  public double threshold() {
    return threshold;
  }

  /** Sets {@link #threshold()}. */
  public Settings threshold(double value) {
    return with(it -> it.threshold = value);
  }

  /** What pictures may take. */
  public Limits limits() {
    return limits;
  }

  /** Sets {@link #limits()}. */
  public Settings limits(Limits value) {
    return with(it -> it.limits = value);
  }

  /** The batches that are expected; on CUDA each gets its own buffers and graph. */
  public List<Integer> batchSizes() {
    return batchSizes;
  }

  /** Sets {@link #batchSizes()}. */
  public Settings batchSizes(List<Integer> value) {
    return with(it -> it.batchSizes = List.copyOf(value));
  }

  /** Those, and the sizes that {@link #batching} is to be fast with: 1, 2, 4, ... and its most. */
  public List<Integer> expectedBatches() {
    if (batching == 1) {
      return batchSizes;
    }
    return Stream.of(
            batchSizes.stream(),
            Stream.iterate(1, size -> size < batching, size -> 2 * size),
            Stream.of(batching))
        .flatMap(sizes -> sizes)
        .distinct()
        .toList();
  }

  /** Pictures of waiting calls that may become one batch; 1: none do. */
  public int batching() {
    return batching;
  }

  /** Nanoseconds that a lane which has a call waits for more. */
  public long batchingWait() {
    return batchingWait;
  }

  /** Sets {@link #batching()} and {@link #batchingWait()}. */
  public Settings batching(int most, long wait) {
    return with(
        it -> {
          it.batching = most;
          it.batchingWait = wait;
        });
  }

  /** Those who hear of calls. */
  public List<CallListener> listeners() {
    return listeners;
  }

  /** Adds one to {@link #listeners()}. */
  public Settings listener(CallListener value) {
    return with(
        it -> it.listeners = Stream.concat(it.listeners.stream(), Stream.of(value)).toList());
  }

  /** Where what is to be closed was made, to be told where it is forgotten; null: nobody knows. */
  public @Nullable MadeHere origin() {
    return origin;
  }

  /** Sets {@link #origin()}. */
  public Settings origin(MadeHere value) {
    return with(it -> it.origin = value);
  }

  /** The digest that the model must have; null: any. */
  public @Nullable String sha256() {
    return sha256;
  }

  /** Sets {@link #sha256()}. */
  public Settings sha256(@Nullable String value) {
    return with(it -> it.sha256 = value);
  }

  /** Whether the model's code may reach beyond the network. */
  public boolean trusted() {
    return trusted;
  }

  /** Sets {@link #trusted()}. */
  public Settings trusted(boolean value) {
    return with(it -> it.trusted = value);
  }

  /** Bytes of a card's memory; 0: no limit. */
  public long vramBudget() {
    return vramBudget;
  }

  /** Sets {@link #vramBudget()}. */
  public Settings vramBudget(long value) {
    return with(it -> it.vramBudget = value);
  }

  /** Whether forward and rank are replayed as a graph on CUDA. */
  public boolean cudaGraphs() {
    return cudaGraphs;
  }

  /** Sets {@link #cudaGraphs()}. */
  public Settings cudaGraphs(boolean value) {
    return with(it -> it.cudaGraphs = value);
  }

  /** Whether fp32 may be rounded to TF32 on CUDA. */
  public boolean tf32() {
    return tf32;
  }

  /** Sets {@link #tf32()}. */
  public Settings tf32(boolean value) {
    return with(it -> it.tf32 = value);
  }

  /** What decodes JPEGs; {@code GPU} on CUDA only. */
  public JpegDecoder decoder() {
    return decoder;
  }

  /** Sets {@link #decoder()}. */
  public Settings decoder(JpegDecoder value) {
    return with(it -> it.decoder = value);
  }

  /** Threads that decode pictures; 0: by cores. */
  public int decoders() {
    return decoders;
  }

  /** Sets {@link #decoders()}. */
  public Settings decoders(int value) {
    return with(it -> it.decoders = value);
  }

  /** Calls that may wait, beside one for each lane. */
  public int queue() {
    return queue;
  }

  /** Sets {@link #queue()}. */
  public Settings queue(int value) {
    return with(it -> it.queue = value);
  }

  /** Bytes of decoded pictures that are on their way to a lane; 0: by the limits. */
  public long pixelsInFlight() {
    return pixelsInFlight;
  }

  /** Sets {@link #pixelsInFlight()}. */
  public Settings pixelsInFlight(long value) {
    return with(it -> it.pixelsInFlight = value);
  }

  /** Nanoseconds in which a call must be answered; 0: any time. */
  public long timeout() {
    return timeout;
  }

  /** Sets {@link #timeout()}. */
  public Settings timeout(long value) {
    return with(it -> it.timeout = value);
  }

  /** Nanoseconds that an accepted call may wait until it is begun; 0: any time. */
  public long queueTimeout() {
    return queueTimeout;
  }

  /** Sets {@link #queueTimeout()}. */
  public Settings queueTimeout(long value) {
    return with(it -> it.queueTimeout = value);
  }

  /** Whether it is closed at the JVM's end where nobody has. */
  public boolean shutdownHook() {
    return shutdownHook;
  }

  /** Sets {@link #shutdownHook()}. */
  public Settings shutdownHook(boolean value) {
    return with(it -> it.shutdownHook = value);
  }

  /** Nanoseconds for which calls are still accepted at the JVM's end. */
  public long shutdownGrace() {
    return shutdownGrace;
  }

  /** Sets {@link #shutdownGrace()}. */
  public Settings shutdownGrace(long value) {
    return with(it -> it.shutdownGrace = value);
  }
}
