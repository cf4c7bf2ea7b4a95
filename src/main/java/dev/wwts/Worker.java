package dev.wwts;

import dev.wwts.PictureException.Reason;
import dev.wwts.image.AlphaMode;
import dev.wwts.image.Decoder;
import dev.wwts.image.EncodedFile;
import dev.wwts.image.GreyPicture;
import dev.wwts.image.Limits;
import dev.wwts.image.Pixels;
import dev.wwts.settings.Settings;
import dev.wwts.torch.DeviceTimes;
import dev.wwts.torch.Lane;
import dev.wwts.torch.Ranking;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call at a time, from bytes to labels: it only strings decoder and lane together. */
final class Worker implements AutoCloseable {
  /** So many batches are split before a larger part is tried again. */
  private static final int SPLITS_BETWEEN_TRIALS = 64;

  private final Settings settings;
  private final List<String> labels;
  private final Limits limits;
  private final EncodedFile file = new EncodedFile();
  private final AlphaMode alpha;
  private final Decoder decoder;
  private final Lane lane;
  private final Consumer<String> remarks;
  private int fits = Integer.MAX_VALUE;
  private int splits;

  /**
   * Makes one.
   *
   * @param remarks told how it runs where that is not as it could
   */
  Worker(
      Settings settings,
      List<String> labels,
      AlphaMode alpha,
      Supplier<Lane> lanes,
      Consumer<String> remarks) {
    this.settings = settings;
    this.labels = labels;
    this.limits = settings.limits();
    this.alpha = alpha;
    this.remarks = remarks;
    this.decoder = decoder(limits, alpha);
    this.lane = lanes.get();
  }

  private static Decoder decoder(Limits limits, AlphaMode alpha) {
    try {
      return new Decoder(limits, alpha);
    } catch (LinkageError e) {
      throw new DeviceException(
          "OpenCV's native library can't be loaded: put org.bytedeco:opencv with this machine's classifier on the class path.",
          e);
    }
  }

  /**
   * Answers one picture.
   *
   * @throws PictureException if it can't be read
   */
  Answer.Recognized answer(Picture picture) {
    Answer answer = answers(List.of(picture)).get(0);
    if (answer instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return (Answer.Recognized) answer;
  }

  /**
   * Answers a batch, as one forward of the pictures that can be read; as several where the device's
   * memory is too small. What fitted is remembered, so that the next batch does not fail first.
   *
   * @throws OutOfDeviceMemoryException if it is too small for one picture
   */
  List<Answer> answers(List<Picture> pictures) {
    return answers(decoder, pictures);
  }

  private List<Answer> answers(Decoder decoder, List<Picture> pictures) {
    int n = pictures.size();
    if (n > fits && ++splits % SPLITS_BETWEEN_TRIALS == 0) {
      // the memory may have been another model's, which is closed by now
      fits *= 2;
    }
    List<Answer> answers = List.of();
    int at = 0;
    while (at < n) {
      int size = Math.min(fits, n - at);
      try {
        List<Answer> some =
            forward(decoder, size == n ? pictures : pictures.subList(at, at + size));
        if (size == n) {
          return some;
        }
        answers = at == 0 ? new ArrayList<>(n) : answers;
        answers.addAll(some);
        at += size;
      } catch (OutOfDeviceMemoryException e) {
        lane.recover();
        if (size == 1) {
          throw e;
        }
        fits = size / 2;
        remarks.accept(
            "A batch of %d does not fit the device's memory: larger ones are answered %d at a time."
                .formatted(size, fits));
      }
    }
    return answers;
  }

  private List<Answer> forward(Decoder decoder, List<Picture> pictures) {
    long start = System.nanoTime();
    rest();
    lane.begin(pictures.size());
    List<@Nullable PictureException> refusals = new ArrayList<>(pictures.size());
    long[] decode = new long[pictures.size()];
    long[] preprocess = new long[pictures.size()];
    int n = 0;
    for (int i = 0; i < pictures.size(); i++) {
      Picture picture = pictures.get(i);
      try {
        long began = System.nanoTime();
        Pixels pixels = decoder.decode(bytes(picture), lane.pixels(), lane.jpegs(), picture.name());
        decode[n] = System.nanoTime() - began;
        lane.preprocess(n, pixels);
        preprocess[n] = System.nanoTime() - began - decode[n];
        n++;
        refusals.add(null);
      } catch (PictureException e) {
        refusals.add(e);
      } catch (InternalError e) {
        refusals.add(cutMeanwhile(picture, e));
      } catch (OutOfMemoryError e) {
        refusals.add(
            new PictureException(
                Reason.TOO_LARGE,
                picture.name() + " needs more memory than there is: lower maxPixels.",
                e));
      }
    }
    if (n == 0) {
      return answers(
          refusals,
          i -> {
            throw new IllegalStateException("Nothing was ranked.");
          });
    }
    long began = System.nanoTime();
    lane.forward(n);
    long forward = System.nanoTime() - began;
    Ranking ranking = lane.rank(settings.topK());
    long end = System.nanoTime();
    long rank = end - began - forward;
    return answers(
        refusals,
        i -> {
          Timings host = new Timings(decode[i], preprocess[i], forward, rank, end - start);
          return recognized(ranking, i, timings(host, lane.times(i)));
        });
  }

  private static Timings timings(Timings host, @Nullable DeviceTimes device) {
    return device == null
        ? host
        : new Timings(
            host.decode(),
            device.preprocess(),
            device.forward(),
            device.rank(),
            host.total(),
            device.upload(),
            device.download());
  }

  /** The logits of the model's own pictures, one after the other: the user's limits don't hold. */
  List<float[]> logits(List<byte[]> pictures) {
    List<float[]> rows = new ArrayList<>();
    try (Decoder own = decoder(Limits.DEFAULT, alpha)) {
      for (byte[] picture : pictures) {
        lane.begin(1);
        String name = "picture " + rows.size() + " of the self-test";
        lane.preprocess(0, own.decode(ByteBuffer.wrap(picture), lane.pixels(), name));
        lane.forward(1);
        rows.addAll(Arrays.asList(lane.logits()));
      }
    }
    return rows;
  }

  /**
   * Runs a grey picture through all stages once, so that what is compiled, loaded or allocated at
   * the first calls is done, and an output that is of another shape or not finite shows now.
   */
  void warmUp(int batch) {
    byte[] grey = lane.jpegs() == null ? GreyPicture.bmp() : GreyPicture.jpeg();
    List<Picture> pictures = Collections.nCopies(batch, Picture.of(grey));
    // the limits are for other people's pictures
    try (Decoder own = decoder(Limits.DEFAULT, alpha)) {
      answers(own, pictures);
    }
  }

  private interface RankedAt {
    Answer.Recognized get(int row);
  }

  private static List<Answer> answers(
      List<@Nullable PictureException> refusals, RankedAt recognized) {
    List<Answer> answers = new ArrayList<>(refusals.size());
    int row = 0;
    for (PictureException refusal : refusals) {
      answers.add(refusal == null ? recognized.get(row++) : new Answer.Refused(refusal));
    }
    return answers;
  }

  private Answer.Recognized recognized(Ranking ranking, int row, Timings timings) {
    Ranking.Row ranked = ranking.rows().get(row);
    Recognition best = recognition(ranked, 0);
    Recognition[] results = new Recognition[shown(ranked)];
    for (int i = 0; i < results.length; i++) {
      results[i] = i == 0 ? best : recognition(ranked, i);
    }
    return new Answer.Recognized(List.of(results), best, timings);
  }

  private Recognition recognition(Ranking.Row ranked, int rank) {
    int index = ranked.index(rank);
    return new Recognition(index, labels.get(index), ranked.confidence(rank));
  }

  /**
   * How many of the best classes, which descend; 0 leaves none out, also not raw values below it.
   */
  private int shown(Ranking.Row ranked) {
    if (settings.threshold() > 0 && ranked.confidence(0) < settings.threshold()) {
      return 0;
    }
    int n = ranked.size();
    while (settings.minConfidence() > 0
        && n > 0
        && ranked.confidence(n - 1) < settings.minConfidence()) {
      n--;
    }
    return n;
  }

  /** Says that a call begins or went by without this worker; see {@link Lane#rest}. */
  void rest() {
    lane.rest();
    decoder.rest();
    file.rest();
  }

  private ByteBuffer bytes(Picture picture) {
    if (picture instanceof Picture.File onDisk) {
      return file.read(onDisk.path(), limits.maxBytes());
    }
    ByteBuffer bytes = ((Picture.Bytes) picture).bytes();
    if (!bytes.hasRemaining()) {
      throw new PictureException(Reason.EMPTY, picture.name() + " has no bytes.");
    }
    boolean tooLong = bytes.remaining() > limits.maxBytes();
    return bytes.isDirect() && !tooLong ? file.copy(bytes) : bytes;
  }

  /** How Java says that a page of a mapped file is not there. */
  private static PictureException cutMeanwhile(Picture picture, InternalError e) {
    if (picture instanceof Picture.Bytes bytes && bytes.bytes().isDirect()) {
      return new PictureException(
          Reason.UNREADABLE,
          picture.name()
              + " can't be read: its memory is a mapped file that was cut off meanwhile.",
          e);
    }
    throw e;
  }

  @Override
  public void close() {
    try {
      lane.close();
    } finally {
      decoder.close();
      file.close();
    }
  }
}
