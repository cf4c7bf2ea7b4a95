package dev.wwts;

import dev.wwts.internal.image.Limits;
import dev.wwts.internal.settings.MadeHere;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be loaded and asked; every setting has a default. Not for several threads at
 * once.
 *
 * <pre>{@code
 * Recognizer recognizer =
 *     Recognizer.builder(Path.of("models/default.pt"))
 *         .device(Device.CPU).lanes(2).threads(1).timeout(Duration.ofSeconds(1)).load();
 * }</pre>
 */
public final class RecognizerBuilder {
  private final Path model;
  private Settings settings = Settings.DEFAULT;

  RecognizerBuilder(Path model) {
    this.model = model;
  }

  /** Where the network runs; {@link Device#AUTO} if not set. */
  public RecognizerBuilder device(Device device) {
    settings = settings.device(device);
    return this;
  }

  /** What the network computes in; {@link Precision#AUTO} if not set. */
  public RecognizerBuilder precision(Precision precision) {
    settings = settings.precision(precision);
    return this;
  }

  /** Threads of one forward on a CPU, 1 to 1024; the number of cores if not set. */
  public RecognizerBuilder threads(int threads) {
    settings = settings.threads(Ranges.whole("threads", threads, 1, 1024));
    return this;
  }

  /**
   * Forwards that run at the same time, 1 to 1024; further calls wait. Each has a thread of its
   * own, and on a CPU LibTorch's {@link #threads} with it. If not set: cores / threads, at least 1;
   * on a GPU cores, from 2 to 4.
   */
  public RecognizerBuilder lanes(int lanes) {
    settings = settings.lanes(Ranges.whole("lanes", lanes, 1, 1024));
    return this;
  }

  /**
   * Threads that decode pictures, 1 to 1024. If not set: the number of cores, from 2 to 8. Pictures
   * of more than 16 million pixels leave one of them to the others. Where there is a lane for each
   * processor, lanes decode pictures of up to 2 million pixels themselves.
   */
  public RecognizerBuilder decoders(int decoders) {
    settings = settings.decoders(Ranges.whole("decoders", decoders, 1, 1024));
    return this;
  }

  /**
   * Calls that may wait, from 0, beside as many as lanes run at once; 256 if not set. Further ones
   * are refused at once with an {@link OverloadedException}. A batch counts as one call.
   */
  public RecognizerBuilder queue(int calls) {
    settings = settings.queue(Ranges.whole("queue", calls, 0, 1 << 20));
    return this;
  }

  /**
   * Bytes of decoded pictures, 3 a pixel, that may be on their way to a lane, from 1; decoding goes
   * on when some are done. May be exceeded by the pictures of calls that are on a lane. If not set:
   * what {@link #maxPixels} is, and 256 MiB. A picture that is larger alone is refused.
   */
  public RecognizerBuilder pixelsInFlight(long bytes) {
    settings = settings.pixelsInFlight(Ranges.bytes("pixelsInFlight", bytes));
    return this;
  }

  /**
   * In what time a call must be answered, waiting included; any if not set. One that is not throws
   * {@link DeadlineExceededException} then; what of it has not begun does not begin any more.
   */
  public RecognizerBuilder timeout(Duration timeout) {
    settings = settings.timeout(Ranges.nanos("timeout", timeout));
    return this;
  }

  /**
   * How long a call may wait for a decoder and a lane; any time if not set. One that has waited
   * longer when its turn comes throws an {@link OverloadedException} instead: where more calls come
   * than can be answered, those that are answered are so soon. What its pictures took to be decoded
   * does not count, nor does what a lane that has it waits for others; the {@link #timeout} is
   * about the whole.
   */
  public RecognizerBuilder queueTimeout(Duration wait) {
    settings = settings.queueTimeout(Ranges.nanos("queueTimeout", wait));
    return this;
  }

  /**
   * Whether the JVM's end waits for a load under way, 20 seconds at most, and the recognizer closes
   * itself then, as native code must not run while its libraries are torn down; true if not set.
   * Say false only where the owner surely closes it.
   */
  public RecognizerBuilder shutdownHook(boolean shutdownHook) {
    settings = settings.shutdownHook(shutdownHook);
    return this;
  }

  /**
   * How long calls are still accepted at the JVM's end, so that the owner can end what it has begun
   * and close the recognizer; 10 seconds if not set, 0 for none. It is over earlier when there was
   * no call for half a second.
   */
  public RecognizerBuilder shutdownGrace(Duration grace) {
    settings = settings.shutdownGrace(Ranges.nanosOrNone("shutdownGrace", grace));
    return this;
  }

  /**
   * Classes in an answer, from 1; 5 if not set. Models with fewer classes answer with all they
   * have.
   */
  public RecognizerBuilder topK(int topK) {
    settings = settings.topK(Ranges.whole("topK", topK, 1, Integer.MAX_VALUE));
    return this;
  }

  /** Leaves classes below this confidence out of answers, 0 to 1; 0 if not set. */
  public RecognizerBuilder minConfidence(double minConfidence) {
    settings = settings.minConfidence(Ranges.part("minConfidence", minConfidence));
    return this;
  }

  /**
   * A picture whose best confidence is below this counts as not recognised: its answer is empty. 0
   * to 1; what the model's manifest says if not set.
   */
  public RecognizerBuilder threshold(double threshold) {
    settings = settings.threshold(Ranges.part("threshold", threshold));
    return this;
  }

  /** The largest picture that is decoded, in pixels, 1 to 715,827,882; 128 million if not set. */
  public RecognizerBuilder maxPixels(long maxPixels) {
    settings = settings.limits(new Limits(maxPixels, settings.limits().maxBytes()));
    return this;
  }

  /** The largest encoded picture, in bytes, from 1; 64 MiB if not set. */
  public RecognizerBuilder maxBytes(long maxBytes) {
    settings = settings.limits(new Limits(settings.limits().maxPixels(), maxBytes));
    return this;
  }

  /**
   * The batch sizes to warm up at load, each from 1; 1 if not set. Others work too; their first
   * calls are slower.
   */
  public RecognizerBuilder batchSizes(int... sizes) {
    List<Integer> checked = new ArrayList<>();
    for (int size : sizes) {
      checked.add(Ranges.whole("batchSizes", size, 1, Ranges.MOST_PICTURES));
    }
    settings = settings.batchSizes(checked);
    return this;
  }

  /**
   * Gathers the pictures of calls that wait for a lane into one forward: a lane that becomes free
   * takes what waits, in its order. A picture that can't be read and a call that fails or is given
   * up don't touch the others; where a forward fails, each call runs alone. Off if not set.
   *
   * <p>It pays on a GPU, where a launch costs more than a further picture. On a CPU it does not:
   * the same work is only answered later (MobileNetV2, one thread, a picture in batches of 1, 2, 4,
   * 8: 21.7, 22.6, 23.9, 35.2 ms).
   *
   * @param most pictures of a forward, 1 to 4096; 1 is off. Batches of 1, 2, 4, 8 and so on up to
   *     it are warmed up, and captured as CUDA graphs
   * @param wait how long a lane that has a call waits for more of them, from 0: take only what is
   *     there. At most half of what a deadline leaves is spent so
   */
  public RecognizerBuilder batching(int most, Duration wait) {
    if (wait.isNegative()) {
      throw new IllegalArgumentException("wait must be from 0, not " + wait + ".");
    }
    settings =
        settings.batching(
            Ranges.whole("batching", most, 1, Ranges.MOST_PICTURES),
            Ranges.nanosOrNone("wait", wait));
    return this;
  }

  /** Hears of calls as they end, beside others that were named. */
  public RecognizerBuilder listener(CallListener listener) {
    settings = settings.listener(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** Requires the model file to have this SHA-256, 64 hexadecimal digits. */
  public RecognizerBuilder sha256(String digits) {
    settings = settings.sha256(Objects.requireNonNull(digits, "sha256"));
    return this;
  }

  /**
   * Whether the model's code may use what reaches beyond the network: files, messages, settings of
   * the process, attributes that a call changes; and whether it may be machine code (.pt2), which
   * may do anything. False if not set: such a model is refused as {@link
   * ModelException.Reason#UNTRUSTED}, with the name of what it uses. Say true only for files of
   * people whose programs you would run.
   */
  public RecognizerBuilder trusted(boolean trusted) {
    settings = settings.trusted(trusted);
    return this;
  }

  /**
   * The most of a GPU's memory that LibTorch may take, in bytes, from 1; all of it if not set.
   * CUDA's own share, some 300 to 600 MB a process, comes on top. LibTorch has one allocator a
   * process: with several recognizers on one GPU their budgets add up, and one without a budget
   * lifts the limit.
   */
  public RecognizerBuilder vramBudget(long bytes) {
    settings = settings.vramBudget(Ranges.bytes("vramBudget", bytes));
    return this;
  }

  /**
   * Whether a GPU replays network and ranking as a CUDA graph for the {@link #batchSizes} it was
   * told; true if not set. Where a graph can't be captured the network runs eagerly, and {@link
   * Recognizer#remarks} says so.
   */
  public RecognizerBuilder cudaGraphs(boolean cudaGraphs) {
    settings = settings.cudaGraphs(cudaGraphs);
    return this;
  }

  /**
   * Whether a GPU may round the factors of {@link Precision#FP32}'s convolutions and matrix
   * products to TF32 (10 bits after the point instead of 23), which is faster on cards since RTX
   * 30; false if not set: FP32 is then 32 bits throughout. LibTorch has one switch a process: of
   * several recognizers in FP32, one that forbids it forbids it for all. Graphs keep what held when
   * they were captured.
   */
  public RecognizerBuilder tf32(boolean tf32) {
    settings = settings.tf32(tf32);
    return this;
  }

  /**
   * What decodes JPEGs; {@link JpegDecoder#CPU} if not set. {@link JpegDecoder#GPU} needs a CUDA
   * device, nvJPEG and the preprocessing kernel; where one of them is not there, {@link #load}
   * throws a {@link DeviceException} that says so.
   */
  public RecognizerBuilder decoder(JpegDecoder decoder) {
    settings = settings.decoder(Objects.requireNonNull(decoder, "decoder"));
    return this;
  }

  /** The same settings for another file with another pin, or none. */
  RecognizerBuilder of(Path other, @Nullable String sha256) {
    RecognizerBuilder copy = new RecognizerBuilder(other);
    copy.settings = settings.sha256(sha256);
    return copy;
  }

  /** The same settings for one whose models are made, closed and watched by a slot. */
  RecognizerBuilder of(MadeHere owner, CallListener slot) {
    RecognizerBuilder copy = new RecognizerBuilder(model);
    copy.settings = settings.origin(owner).listener(slot);
    return copy;
  }

  Path model() {
    return model;
  }

  Settings settings() {
    return settings;
  }

  /**
   * Loads the model and warms it up.
   *
   * @throws ModelException if the model is not whole, not valid, not the pinned one, or does what
   *     only {@link #trusted} ones may
   * @throws DeviceException if the device, the precision or the natives are not there
   * @throws OutOfDeviceMemoryException if the GPU's memory, or the budget for it, is too small
   * @throws RecognizerClosedException if the JVM is ending
   */
  public Recognizer load() {
    boolean isOwned = settings.origin() != null;
    return Recognizer.load(
        model, isOwned ? settings : settings.origin(new MadeHere("A recognizer")));
  }
}
