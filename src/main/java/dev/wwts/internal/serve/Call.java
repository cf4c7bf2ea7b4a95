package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.OverloadedException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.events.CallEvent;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.image.DecodedPicture;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An accepted call: its pictures on their way from decoders to a lane, and its one outcome. It is
 * over when nothing works on it any more, which may be after its outcome, where nobody waits for it
 * any more.
 */
abstract class Call<R> {
  /** Where it is. */
  private enum Place {
    DECODERS,
    BEFORE_LANE,
    LANE,
    OVER
  }

  private final Course course;
  private final CallPictures pictures;
  private final Outcome<R> outcome;

  /** Null where nobody records it. */
  private final @Nullable CallEvent event = Events.call();

  private volatile boolean staysOnLane;
  private Place place = Place.DECODERS;
  private int decoding;
  private long begun;
  private long ready;
  private long turn;
  private long onLane;

  /**
   * Makes one.
   *
   * @param timeout nanoseconds from now in which it must be answered; 0 for any time
   */
  Call(Course course, List<Picture> pictures, long timeout) {
    this.course = course;
    this.pictures = new CallPictures(pictures);
    this.outcome =
        new Outcome<>(timeout, (result, failure) -> course.ended(this, answers(result), failure));
  }

  /** Says whether the lane that decodes its picture is to run it too. */
  final void staysOnLane(boolean value) {
    staysOnLane = value;
  }

  final boolean staysOnLane() {
    return staysOnLane;
  }

  final synchronized boolean isBeforeLane() {
    return place == Place.BEFORE_LANE;
  }

  /**
   * A lane has taken it, if only to gather others: it does not wait for its turn any more.
   *
   * @return whether it is ready to run
   */
  final synchronized boolean takesTurn() {
    if (place != Place.BEFORE_LANE) {
      return false;
    }
    turn = System.nanoTime();
    return true;
  }

  /** What it asks of a lane, whose thread this is. */
  abstract R on(LaneRunner lane);

  /** What becomes of it where no picture can be read. */
  abstract R withoutPictures();

  /** What it gave, for those who watch; none where it gives no answers. */
  List<Answer> answers(@Nullable R result) {
    return List.of();
  }

  /** Whether its pictures are the model's own, for which the caller's limits don't hold. */
  boolean isOwn() {
    return false;
  }

  final CallPictures pictures() {
    return pictures;
  }

  /** Why a picture is refused, which is. */
  final PictureException refusal(int index) {
    PictureException refusal = pictures.refusal(index);
    if (refusal == null) {
      throw new IllegalStateException("The picture was not refused.");
    }
    return refusal;
  }

  final @Nullable CallEvent event() {
    return event;
  }

  final Outcome<R> outcome() {
    return outcome;
  }

  /** The same for a picture that a decoder comes to, unless its lane has begun it. */
  final boolean beginDecoding(int index) {
    return pictures.begin(index) && beginDecoding();
  }

  /** Whether a picture is still worth decoding; if so, {@link #put} or {@link #fail} follows. */
  final boolean beginDecoding() {
    boolean isWanted = isWanted("a decoder");
    synchronized (this) {
      if (isWanted && place != Place.OVER) {
        begun = begun == 0 ? System.nanoTime() : begun;
        decoding++;
        return true;
      }
    }
    pictures.fail(new CancellationException());
    finishDropped();
    return false;
  }

  /** A picture is decoded, or refused. */
  final void put(
      int index, @Nullable DecodedPicture picture, @Nullable PictureException refusal, long nanos) {
    pictures.put(index, picture, refusal, nanos);
    boolean isReady;
    synchronized (this) {
      decoding--;
      isReady = !outcome.isSet() && pictures.areDone() && becomesReady();
    }
    if (isReady) {
      hasDecoded();
    } else {
      finishDropped();
      cameOn();
    }
  }

  /** It has no pictures, and waits for a lane at once. */
  final void needsNoDecoding() {
    boolean isReady;
    synchronized (this) {
      begun = System.nanoTime();
      isReady = becomesReady();
    }
    if (isReady) {
      course.decoded(this);
    }
  }

  /** A picture could not be looked at: the whole call fails. */
  final void fail(Throwable error) {
    pictures.fail(error);
    boolean isLast;
    synchronized (this) {
      decoding--;
      isLast = place == Place.DECODERS;
    }
    if (isLast) {
      finish(null, error);
    }
  }

  /** What worked on it failed unforeseen, so that nothing does any more: it ends. */
  final void crash(Throwable error) {
    pictures.fail(error);
    boolean isOnLane;
    synchronized (this) {
      isOnLane = place == Place.LANE;
    }
    if (!isOnLane) {
      finish(null, error);
    }
  }

  /** A picture's turn to be decoded comes later. */
  final void defer() {
    synchronized (this) {
      decoding--;
    }
    finishDropped();
  }

  private void cameOn() {
    if (pictures.size() > 1) {
      course.cameOn();
    }
  }

  /**
   * Somebody waits for room: a lane is to take the pictures that have some, and to give it back.
   */
  final void stall() {
    boolean isReady;
    synchronized (this) {
      isReady = pictures.size() > 1 && pictures.areBegun() && becomesReady();
    }
    if (isReady) {
      course.decoded(this);
    }
    course.hurry();
  }

  private boolean becomesReady() {
    if (place != Place.DECODERS) {
      return false;
    }
    place = Place.BEFORE_LANE;
    ready = System.nanoTime();
    return true;
  }

  private void hasDecoded() {
    if (!pictures.areAllRefused()) {
      course.decoded(this);
      return;
    }
    try {
      finish(withoutPictures(), null);
    } catch (RuntimeException e) {
      finish(null, e);
    }
  }

  /** Runs it on a lane, unless it is too late. */
  final void run(LaneRunner lane, Lanes.LaneDecoder decoder) {
    if (enterLane(decoder)) {
      endWith(lane, () -> on(lane));
    }
  }

  /** It is on a lane, and {@link #endWith} follows; false where it is too late for that. */
  final boolean enterLane(Lanes.LaneDecoder decoder) {
    boolean isWanted = isWanted("a lane");
    synchronized (this) {
      if (place == Place.OVER) {
        return false;
      }
      place = Place.LANE;
      onLane = System.nanoTime();
    }
    if (!isWanted) {
      finish(null, new CancellationException());
      return false;
    }
    pictures.onLane((index, onProcessor) -> decoder.decode(this, index, onProcessor));
    cameOn();
    return true;
  }

  /** It ends with what its lane, whose thread this is, gives or throws. */
  final void endWith(LaneRunner lane, Supplier<R> result) {
    try {
      finish(result.get(), null);
    } catch (Throwable e) {
      finish(null, lane.typed(e));
    }
  }

  /** Nanoseconds that it waited for a decoder and for a lane. */
  final synchronized long waiting() {
    return waiting(onLane);
  }

  private synchronized long waitingForTurn() {
    return waiting(turn);
  }

  private long waiting(long taken) {
    long now = System.nanoTime();
    long start = begun == 0 ? now : begun;
    long then = ready == 0 ? 0 : (taken == 0 ? now : taken) - ready;
    return start - outcome.accepted() + then;
  }

  /** Whether somebody still waits for it, and there is time left; else it ends. */
  private boolean isWanted(String what) {
    if (outcome.isSet()) {
      return false;
    }
    if (outcome.nanosLeft() <= 0) {
      outcome.fail(outcome.late(what));
      return false;
    }
    long most = isOwn() ? 0 : course.queueTimeout();
    if (most != 0 && waitingForTurn() > most) {
      outcome.fail(
          new OverloadedException(
              "The call waited for %s longer than the %,d ms that it may: try again later, or raise queueTimeout, lanes or the number of machines."
                  .formatted(what, TimeUnit.NANOSECONDS.toMillis(most))));
      return false;
    }
    return true;
  }

  final synchronized boolean isWaitedFor() {
    return place == Place.LANE && !pictures.haveFailed();
  }

  final synchronized boolean isOver() {
    return place == Place.OVER || pictures.haveFailed() || outcome.isSet();
  }

  /** Nobody waits for it any more: what has not begun does not begin. */
  final void abandon(Throwable why) {
    // first, as the caller may free its memory when it hears of it
    pictures.fail(why);
    outcome.fail(why);
    finishDropped();
    course.abandoned(this);
  }

  /**
   * Where its outcome is there and nothing works on it, neither a decoder nor a lane, it is over.
   */
  private void finishDropped() {
    boolean isDropped;
    synchronized (this) {
      isDropped =
          outcome.isSet()
              && decoding == 0
              && (place == Place.DECODERS || place == Place.BEFORE_LANE);
    }
    if (isDropped) {
      finish(null, new CancellationException());
    }
  }

  /** Its deadline has passed, wherever it is. */
  final void expire() {
    abandon(outcome.late(whatItWaitsFor()));
  }

  private synchronized String whatItWaitsFor() {
    return switch (place) {
      case DECODERS -> decoding > 0 ? "its decoding" : "a decoder";
      case BEFORE_LANE -> "a lane";
      default -> "the network";
    };
  }

  /** Over, and its outcome, if it has none yet. First over, so that who waits may call again. */
  private void finish(@Nullable R result, @Nullable Throwable error) {
    synchronized (this) {
      if (place == Place.OVER) {
        return;
      }
      place = Place.OVER;
    }
    Throwable failure = error;
    try {
      pictures.close();
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    } finally {
      course.over();
    }
    if (failure != null || result == null) {
      outcome.fail(failure == null ? new CancellationException() : failure);
    } else {
      outcome.set(result);
    }
  }
}
