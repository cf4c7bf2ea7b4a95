package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.head.Head;
import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lane gathers behind a call that has a deadline. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaneWorkTest {
  private static final int MOST = 8;
  private static final Recipe RECIPE =
      new Recipe(
          8,
          8,
          Recipe.Color.RGB,
          AlphaMode.DROP,
          true,
          new Recipe.Resize.Exact(8, 8),
          Interpolation.BILINEAR,
          Recipe.CropRounding.FLOOR,
          List.of(0f, 0f, 0f),
          List.of(1f, 1f, 1f));
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final FakeEngine engine = new FakeEngine(FakeLane::new);
  private final PixelPool pool = new PixelPool(1 << 30, engine::newPixels);
  private final Decoders decoders =
      new Decoders(1, Limits.DEFAULT, RECIPE, pool, null, error -> error);
  private final Calls.Answers first = call(2 * SECOND);
  private final List<Call<?>> decoded = new ArrayList<>();

  private static Calls.Answers call(long timeout) {
    return call(new Nowhere(), timeout);
  }

  private static Calls.Answers call(Course course, long timeout) {
    return new Calls.Answers(course, new Widths(), FakeService.pictures(1), timeout);
  }

  @AfterEach
  void close() {
    decoders.close();
    pool.close();
    assertThat(engine.memory).isEmpty();
  }

  @Test
  void whatIsStillToBeDecodedMakesNobodyLate() {
    try (LaneRunner lane = lane();
        Lanes.LaneDecoder decoder = new Slow(decoders.forLane())) {
      new LaneWork(lane, decoder, new Endless(), MOST).run(first);
    }
    assertThat(first.outcome().future()).isDone();
    assertThat(decoded).as("its own, and one that took half of its time").hasSizeLessThan(3);
  }

  /** Its turn has come before the lane waits for others, and the lane waits, not the call. */
  @Test
  void whatALaneGathersForIsNoWaitingForItsTurn() {
    Impatient course = new Impatient();
    Calls.Answers call = call(course, 0);
    LaneWork.More nothing =
        new Endless() {
          @Override
          public @Nullable Call<?> take(long until, Predicate<Call<?>> fits) {
            course.most = call.waiting();
            while (call.waiting() <= course.most) {
              Thread.onSpinWait();
            }
            return null;
          }
        };
    try (LaneRunner lane = lane();
        Lanes.LaneDecoder decoder = decoders.forLane()) {
      new LaneWork(lane, decoder, nothing, MOST).run(call);
    }
    assertThat(call.outcome().future()).isCompleted();
  }

  private static LaneRunner lane() {
    return new LaneRunner(new FakeLane(), it -> {}, e -> e, n -> {}, ids -> new float[0][]);
  }

  /** A way on which calls wait for their turn only so long. */
  private static final class Impatient extends Nowhere {
    private long most;

    @Override
    public long queueTimeout() {
      return most;
    }
  }

  /** Calls that nobody has decoded. */
  private static class Endless implements LaneWork.More {
    @Override
    public long patience() {
      return 0;
    }

    @Override
    public @Nullable Call<?> take(long until, Predicate<Call<?>> fits) {
      Call<?> next = call(0);
      return fits.test(next) ? next : null;
    }

    @Override
    public void ran(int calls) {}
  }

  /** Decodes another call's picture until the first has little time left. */
  private final class Slow implements Lanes.LaneDecoder {
    private final Lanes.LaneDecoder decoder;

    Slow(Lanes.LaneDecoder decoder) {
      this.decoder = decoder;
    }

    @Override
    public void decodeSmall(Call<?> call) {
      decoded.add(call);
      while (!call.equals(first) && first.outcome().nanosLeft() > SECOND * 9 / 10) {
        Thread.onSpinWait();
      }
      decoder.decodeSmall(call);
    }

    @Override
    public void decode(Call<?> call, int index, boolean onProcessor) {
      decoder.decode(call, index, onProcessor);
    }

    @Override
    public void close() {
      decoder.close();
    }
  }

  private static final class Widths implements Head<Answer.Recognized> {
    @Override
    public Readout readout() {
      return FakeService.READOUT;
    }

    @Override
    public Answer.Recognized answer(Reading reading, Timings timings) {
      Recognition best = new Recognition(reading.column(0), "", reading.value(0));
      return new Answer.Recognized(List.of(best), best, List.of(), timings);
    }
  }
}
