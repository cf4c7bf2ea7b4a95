package dev.wwts.internal.serve;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.torch.Pictures;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An accepted call: its pictures on their way from decoders to a lane, and its one outcome. It is
 * over when nothing works on it any more, which may be after its outcome, where nobody waits for it
 * any more.
 */
abstract class Call<R> implements Pictures {
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
  private volatile boolean staysOnLane;
  private Place place = Place.DECODERS;
  private int decoding;
  private @Nullable Throwable failure;
  private long begun;
  private long ready;
  private long onLane;

  /**
   * Makes one.
   *
   * @param timeout nanoseconds from now in which it must be answered; 0 for any time
   */
  Call(Course course, List<Picture> pictures, long timeout) {
    this.course = course;
    this.pictures = new CallPictures(pictures);
    this.outcome = new Outcome<>(timeout, failed -> course.ended(this, failed));
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

  /** What it asks of a lane, whose thread this is. */
  abstract R on(LaneRunner lane);

  /** What becomes of it where no picture can be read. */
  abstract R withoutPictures();

  /** Whether its pictures are the model's own, for which the caller's limits don't hold. */
  boolean isOwn() {
    return false;
  }

  final Picture picture(int index) {
    return pictures.get(index);
  }

  final Outcome<R> outcome() {
    return outcome;
  }

  /** Whether a picture is still worth decoding; if so, {@link #put} or {@link #fail} follows. */
  final boolean beginDecoding() {
    boolean worth = isWanted("a decoder");
    boolean last;
    synchronized (this) {
      if (worth && place != Place.OVER) {
        begun = begun == 0 ? System.nanoTime() : begun;
        decoding++;
        return true;
      }
      giveUp(new CancellationException());
      last = dropped();
    }
    finishDropped(last);
    return false;
  }

  /** A picture is decoded, or refused. */
  final void put(
      int index, @Nullable DecodedPicture picture, @Nullable PictureException refusal, long nanos) {
    boolean isReady;
    boolean last;
    synchronized (this) {
      decoding--;
      if (place != Place.OVER && failure == null) {
        pictures.put(index, picture, refusal, nanos);
        picture = null;
        notifyAll();
      }
      last = outcome.isSet() && dropped();
      isReady = !last && pictures.areDone() && becomesReady();
    }
    if (picture != null) {
      picture.close();
    }
    finishDropped(last);
    if (isReady) {
      hasDecoded();
    }
  }

  /** A picture could not be looked at: the whole call fails. */
  final void fail(Throwable error) {
    boolean last;
    synchronized (this) {
      decoding--;
      giveUp(error);
      last = place == Place.DECODERS;
    }
    if (last) {
      finish(null, error);
    }
  }

  /** A picture's turn to be decoded comes later. */
  final void defer() {
    boolean last;
    synchronized (this) {
      decoding--;
      last = outcome.isSet() && dropped();
    }
    finishDropped(last);
  }

  /** There is no room for a picture: a lane is to take the others and make some. */
  final void stall() {
    boolean isReady;
    synchronized (this) {
      isReady = pictures.size() > 1 && pictures.areBegun() && becomesReady();
    }
    if (isReady) {
      course.decoded(this);
    }
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
  final void run(LaneRunner lane) {
    boolean isWanted = isWanted("a lane");
    synchronized (this) {
      if (place == Place.OVER) {
        return;
      }
      place = Place.LANE;
      onLane = System.nanoTime();
    }
    if (!isWanted) {
      finish(null, new CancellationException());
      return;
    }
    if (pictures.size() > 1) {
      course.onLane();
    }
    try {
      finish(on(lane), null);
    } catch (Throwable e) {
      finish(null, lane.typed(e));
    }
  }

  @Override
  public final int size() {
    return pictures.size();
  }

  @Override
  public final @Nullable DecodedPicture take(int index) {
    boolean again;
    synchronized (this) {
      again = pictures.wasTaken(index);
    }
    if (again) {
      course.decodeNext(this, index, false);
    }
    return await(index);
  }

  @Override
  public final @Nullable DecodedPicture takeFromProcessor(int index) {
    synchronized (this) {
      pictures.again(index);
    }
    course.decodeNext(this, index, true);
    return await(index);
  }

  private synchronized @Nullable DecodedPicture await(int index) {
    while (true) {
      Throwable error = failure;
      if (error instanceof RuntimeException exception) {
        throw exception;
      } else if (error instanceof Error fatal) {
        throw fatal;
      }
      if (pictures.isDecoded(index)) {
        return pictures.take(index);
      }
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts a lane's thread.", e);
      }
    }
  }

  @Override
  public final synchronized void refuse(int index, OutOfMemoryError error) {
    pictures.refuse(index, PictureReader.noMemory(picture(index), error));
  }

  final synchronized boolean isRefused(int index) {
    return pictures.refusal(index) != null;
  }

  /** Why a picture is refused. */
  final synchronized PictureException refusal(int index) {
    PictureException refusal = pictures.refusal(index);
    if (refusal == null) {
      throw new IllegalStateException("The picture was not refused.");
    }
    return refusal;
  }

  final synchronized long decodeNanos(int index) {
    return pictures.nanos(index);
  }

  /** Nanoseconds that it waited for a decoder and for a lane. */
  final synchronized long waiting() {
    long now = System.nanoTime();
    long start = begun == 0 ? now : begun;
    long then = ready == 0 ? 0 : (onLane == 0 ? now : onLane) - ready;
    return start - outcome.accepted() + then;
  }

  /** Whether somebody still waits for it, and there is time left; else it ends. */
  private boolean isWanted(String what) {
    if (outcome.isSet()) {
      return false;
    }
    if (outcome.nanosLeft() > 0) {
      return true;
    }
    outcome.fail(outcome.late(what));
    return false;
  }

  final synchronized boolean isWaitedFor() {
    return place == Place.LANE && failure == null;
  }

  final synchronized boolean isOver() {
    return place == Place.OVER || failure != null || outcome.isSet();
  }

  /**
   * Nobody waits for it any more: what has not begun does not begin.
   *
   * @return whether that is its outcome; false where it had another one before
   */
  final boolean abandon(Throwable why) {
    if (!outcome.fail(why)) {
      return false;
    }
    boolean last;
    synchronized (this) {
      giveUp(why);
      last = dropped();
    }
    finishDropped(last);
    course.abandoned(this);
    return true;
  }

  /** A lane that waits for pictures gets no more of them. */
  private void giveUp(Throwable why) {
    failure = failure == null ? why : failure;
    notifyAll();
  }

  /** Whether nothing works on it: neither a decoder nor a lane. */
  private boolean dropped() {
    return decoding == 0 && (place == Place.DECODERS || place == Place.BEFORE_LANE);
  }

  private void finishDropped(boolean isLast) {
    if (isLast) {
      finish(null, new CancellationException());
    }
  }

  /** Its deadline has passed, wherever it is. */
  final boolean expire() {
    return abandon(outcome.late(whatItWaitsFor()));
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
    pictures.close();
    course.over();
    if (error != null || result == null) {
      outcome.fail(error == null ? new CancellationException() : error);
    } else {
      outcome.set(result);
    }
  }
}
