package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Timings;
import dev.wwts.internal.events.CallEvent;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.head.EmbeddingHead;
import dev.wwts.internal.head.Head;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.lane.Lane;
import dev.wwts.internal.lane.LaneResult;
import dev.wwts.internal.lane.Pictures;
import dev.wwts.internal.lane.StageTimes;
import dev.wwts.internal.remark.Remark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls on one lane, in its thread: splits batches that its device's memory is too small for,
 * and makes answers of what it read.
 */
final class LaneRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneRunner.class);

  /** So many batches are split before a larger part is tried again. */
  private static final int SPLITS_BETWEEN_TRIALS = 64;

  private final Lane lane;
  private final Consumer<Remark> remarks;
  private final UnaryOperator<Throwable> errors;
  private final IntConsumer batches;
  private final Function<int[][], float[][]> texts;
  private int fits = Integer.MAX_VALUE;
  private int splits;

  /**
   * Makes one.
   *
   * @param remarks told how it runs where that is not as it could
   * @param errors what a call is told for an error of its lane
   * @param batches told how many pictures each batch has that was run
   * @param texts from ids to embeddings, in this thread
   */
  LaneRunner(
      Lane lane,
      Consumer<Remark> remarks,
      UnaryOperator<Throwable> errors,
      IntConsumer batches,
      Function<int[][], float[][]> texts) {
    this.lane = lane;
    this.remarks = remarks;
    this.errors = errors;
    this.batches = batches;
    this.texts = texts;
  }

  /** Answers a call that asks about texts. */
  List<Answer> embeddings(Calls.Texts call) {
    long waiting = call.waiting();
    long began = System.nanoTime();
    float[][] rows = texts.apply(call.ids());
    long end = System.nanoTime();
    long total = end - call.outcome().accepted();
    Timings timings = new Timings(0, call.tokenising(), end - began, 0, total, 0, 0, waiting);
    return Stream.of(rows)
        .<Answer>map(row -> new Answer.Embedded(EmbeddingHead.ofLength1(row), timings))
        .toList();
  }

  /** Answers a call. */
  List<Answer> answers(Calls.Answers call) {
    return answers(call, results(call.pictures(), batches), call.pictures().size());
  }

  /**
   * Answers calls, which have entered this lane, as one batch. Where that fails, which one of them
   * may have made it, each runs alone.
   */
  void answer(List<Calls.Answers> calls) {
    CallGroup group = new CallGroup(calls);
    List<@Nullable LaneResult> results = List.of();
    if (calls.size() > 1) {
      try {
        results = results(group, batches);
      } catch (RuntimeException | Error e) {
        LOG.debug("A batch of {} calls failed: each runs alone.", calls.size(), e);
      }
    }
    if (results.isEmpty()) {
      group.runAlone(this);
    } else {
      group.end(this, results);
    }
  }

  /**
   * What a call is told.
   *
   * @param results its part of a batch
   * @param batch pictures of that, the other calls' too
   */
  List<Answer> answers(Calls.Answers call, List<@Nullable LaneResult> results, int batch) {
    Head<? extends Answer> head = call.head();
    long waiting = call.waiting();
    long total = System.nanoTime() - call.outcome().accepted();
    record(call, results, batch);
    List<Answer> answers = new ArrayList<>(results.size());
    for (int i = 0; i < results.size(); i++) {
      LaneResult one = results.get(i);
      answers.add(
          one == null
              ? new Answer.Refused(call.refusal(i))
              : head.answer(
                  one.readings().of(head.readout()),
                  timings(call.pictures().nanos(i), one.times(), total, waiting)));
    }
    return answers;
  }

  private static void record(Call<?> call, List<@Nullable LaneResult> results, int batch) {
    CallEvent event = call.event();
    if (event == null) {
      return;
    }
    for (int i = 0; i < results.size(); i++) {
      LaneResult one = results.get(i);
      if (one != null) {
        StageTimes times = one.times();
        event.addPicture(call.pictures().nanos(i), times.upload(), times.preprocess());
        event.setBatch(batch, times.forward(), times.rank(), times.download());
      }
    }
  }

  private static Timings timings(long decode, StageTimes times, long total, long waiting) {
    return new Timings(
        decode,
        times.preprocess(),
        times.forward(),
        times.rank(),
        total,
        times.upload(),
        times.download(),
        waiting);
  }

  /**
   * Runs a batch, as one forward of the pictures that can be read; as several where the device's
   * memory is too small. What fitted is remembered, so that the next batch does not fail first.
   *
   * @throws OutOfDeviceMemoryException if it is too small for one picture
   */
  private List<@Nullable LaneResult> results(Pictures pictures, IntConsumer ran) {
    int n = pictures.size();
    if (n > fits && ++splits % SPLITS_BETWEEN_TRIALS == 0) {
      // the memory may have been another model's, which is closed by now
      fits *= 2;
    }
    List<@Nullable LaneResult> results = new ArrayList<>(n);
    int at = 0;
    while (at < n) {
      int size = Math.min(fits, n - at);
      try {
        Collections.addAll(results, lane.run(size == n ? pictures : new Part(pictures, at, size)));
        ran.accept(size);
        at += size;
      } catch (OutOfDeviceMemoryException e) {
        lane.recover();
        Events.outOfMemory("batch", size, e.requestedBytes(), e.freeBytes(), size > 1);
        if (size == 1) {
          throw e;
        }
        fits = size / 2;
        remarks.accept(new Remark.SplitBatch(size, fits));
      }
    }
    return results;
  }

  /** Runs a batch that nobody asked for, so that the first calls are as fast as the others. */
  void warmUp(Pictures pictures) {
    results(pictures, size -> {});
  }

  /** A run of pictures of a batch. */
  private record Part(Pictures whole, int first, int size) implements Pictures {
    @Override
    public @Nullable DecodedPicture take(int index) {
      return whole.take(first + index);
    }

    @Override
    public @Nullable DecodedPicture takeFromProcessor(int index) {
      return whole.takeFromProcessor(first + index);
    }

    @Override
    public void refuse(int index, OutOfMemoryError error) {
      whole.refuse(first + index, error);
    }
  }

  /** The logits of a picture, in a forward of its own; none where it is refused after all. */
  Optional<float[]> logits(Pictures pictures, int index) {
    return Arrays.stream(lane.logits(new Part(pictures, index, 1))).findFirst();
  }

  /** What a call is told for an error of this lane. */
  Throwable typed(Throwable error) {
    return errors.apply(error);
  }

  @Override
  public void close() {
    lane.close();
  }
}
