package dev.wwts;

import dev.wwts.internal.image.GreyPicture;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.DeviceTimes;
import dev.wwts.internal.torch.Lane;
import dev.wwts.internal.torch.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call at a time, from bytes to labels: it only strings reader, lane and head together. */
final class Worker implements AutoCloseable {
  /** So many batches are split before a larger part is tried again. */
  private static final int SPLITS_BETWEEN_TRIALS = 64;

  private final int topK;
  private final ClassHead head;
  private final AlphaMode alpha;
  private final PictureReader reader;
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
    this.topK = settings.topK();
    this.head = new ClassHead(labels, settings);
    this.alpha = alpha;
    this.remarks = remarks;
    this.reader = new PictureReader(settings.limits(), alpha);
    this.lane = lanes.get();
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
    return answers(reader, pictures);
  }

  private List<Answer> answers(PictureReader reader, List<Picture> pictures) {
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
        List<Answer> some = forward(reader, size == n ? pictures : pictures.subList(at, at + size));
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

  private List<Answer> forward(PictureReader reader, List<Picture> pictures) {
    long start = System.nanoTime();
    rest();
    lane.begin(pictures.size());
    List<@Nullable PictureException> refusals = new ArrayList<>(pictures.size());
    long[] decode = new long[pictures.size()];
    long[] preprocess = new long[pictures.size()];
    int n = 0;
    for (Picture picture : pictures) {
      try {
        long began = System.nanoTime();
        Pixels pixels = reader.read(picture, lane);
        decode[n] = System.nanoTime() - began;
        lane.preprocess(n, pixels);
        preprocess[n] = System.nanoTime() - began - decode[n];
        n++;
        refusals.add(null);
      } catch (PictureException e) {
        refusals.add(e);
      } catch (OutOfMemoryError e) {
        refusals.add(PictureReader.noMemory(picture, e));
      }
    }
    long began = System.nanoTime();
    long ran = began;
    List<Ranking.Row> rows = List.of();
    if (n > 0) {
      lane.forward(n);
      ran = System.nanoTime();
      rows = lane.rank(topK).rows();
    }
    long end = System.nanoTime();
    List<Answer> answers = new ArrayList<>(pictures.size());
    int row = 0;
    for (PictureException refusal : refusals) {
      if (refusal != null) {
        answers.add(new Answer.Refused(refusal));
      } else {
        Timings host =
            new Timings(decode[row], preprocess[row], ran - began, end - ran, end - start);
        answers.add(head.answer(rows.get(row), timings(host, lane.times(row))));
        row++;
      }
    }
    return answers;
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
    try (PictureReader own = new PictureReader(Limits.DEFAULT, alpha)) {
      for (byte[] picture : pictures) {
        lane.begin(1);
        String name = "picture " + rows.size() + " of the self-test";
        lane.preprocess(0, own.read(picture, lane, name));
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
    try (PictureReader own = new PictureReader(Limits.DEFAULT, alpha)) {
      answers(own, pictures);
    }
  }

  /** Says that a call begins or went by without this worker; see {@link Lane#rest}. */
  void rest() {
    lane.rest();
    reader.rest();
  }

  @Override
  public void close() {
    try {
      lane.close();
    } finally {
      reader.close();
    }
  }
}
