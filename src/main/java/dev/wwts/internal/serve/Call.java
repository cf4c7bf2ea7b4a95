package dev.wwts.internal.serve;

import dev.wwts.DeadlineExceededException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.torch.Pictures;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final List<Picture> pictures;
  private final long timeout;
  private final long accepted = System.nanoTime();
  private final CompletableFuture<R> outcome = new CompletableFuture<>();

  /** Who sets it says how; it is counted before anybody hears of it. */
  private final AtomicBoolean hasEnded = new AtomicBoolean();

  private final @Nullable DecodedPicture[] decoded;
  private final @Nullable PictureException[] refusals;
  private final boolean[] taken;
  private final long[] decodeNanos;
  private volatile boolean staysOnLane;
  private Place place = Place.DECODERS;
  private int undecoded;
  private int decoding;
  private int refused;
  private @Nullable Throwable failure;
  private long begun;
  private long ready;
  private long onLane;

  /** What a call's way goes through. */
  interface Course {
    /** Has a picture decoded before all that wait. */
    void decodeNext(Call<?> call, int index, boolean onProcessor);

    /** The call waits for a lane from now on. */
    void decoded(Call<?> call);

    /** It is on a lane, which makes room for its pictures. */
    void onLane();

    /** Nobody waits for it any more. */
    void abandoned(Call<?> call);

    /** Nothing works on it any more. */
    void over(Call<?> call);

    /** It has ended so, by whoever says so first. */
    void ended(Call<?> call, @Nullable Throwable failure);
  }

  /**
   * Makes one.
   *
   * @param timeout nanoseconds from now in which it must be answered; 0 for any time
   */
  Call(Course course, List<Picture> pictures, long timeout) {
    this.course = course;
    this.pictures = pictures;
    this.timeout = timeout;
    int n = pictures.size();
    this.undecoded = n;
    this.decoded = new @Nullable DecodedPicture[n];
    this.refusals = new @Nullable PictureException[n];
    this.taken = new boolean[n];
    this.decodeNanos = new long[n];
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

  final CompletableFuture<R> outcome() {
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
        decoded[index] = picture;
        picture = null;
        refused += refusal == null ? 0 : 1;
        refusals[index] = refusal;
        decodeNanos[index] = nanos;
        undecoded--;
        notifyAll();
      }
      last = hasEnded.get() && dropped();
      isReady = !last && undecoded == 0 && becomesReady();
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
      last = hasEnded.get() && dropped();
    }
    finishDropped(last);
  }

  /** There is no room for a picture: a lane is to take the others and make some. */
  final void stall() {
    boolean isReady;
    synchronized (this) {
      isReady = pictures.size() > 1 && undecoded < pictures.size() && becomesReady();
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
    if (refused < pictures.size()) {
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
      again = taken[index];
      if (again) {
        taken[index] = false;
        undecoded++;
      }
    }
    if (again) {
      course.decodeNext(this, index, false);
    }
    return await(index);
  }

  @Override
  public final @Nullable DecodedPicture takeFromProcessor(int index) {
    synchronized (this) {
      undecoded++;
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
      if (decoded[index] != null || refusals[index] != null) {
        break;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts a lane's thread.", e);
      }
    }
    DecodedPicture picture = decoded[index];
    decoded[index] = null;
    taken[index] = picture != null;
    return picture;
  }

  @Override
  public final synchronized void refuse(int index, OutOfMemoryError error) {
    taken[index] = false;
    refusals[index] = PictureReader.noMemory(picture(index), error);
  }

  final synchronized boolean isRefused(int index) {
    return refusals[index] != null;
  }

  /** Why a picture is refused. */
  final synchronized PictureException refusal(int index) {
    PictureException refusal = refusals[index];
    if (refusal == null) {
      throw new IllegalStateException("The picture was not refused.");
    }
    return refusal;
  }

  final long decodeNanos(int index) {
    return decodeNanos[index];
  }

  final long accepted() {
    return accepted;
  }

  /** Nanoseconds that it waited for a decoder and for a lane. */
  final synchronized long waiting() {
    long now = System.nanoTime();
    long start = begun == 0 ? now : begun;
    long then = ready == 0 ? 0 : (onLane == 0 ? now : onLane) - ready;
    return start - accepted + then;
  }

  /** Whether somebody still waits for it, and there is time left; else it ends. */
  private boolean isWanted(String what) {
    if (hasEnded.get()) {
      return false;
    }
    if (nanosLeft() > 0) {
      return true;
    }
    end(late(what));
    return false;
  }

  final DeadlineExceededException late(String what) {
    return new DeadlineExceededException(
        "The call had %,d ms, which passed while it waited for %s: allow more time or fewer calls at once."
            .formatted(TimeUnit.NANOSECONDS.toMillis(timeout), what));
  }

  /** Nanoseconds until its deadline; very many where it has none. */
  final long nanosLeft() {
    return timeout == 0 ? Long.MAX_VALUE : timeout - (System.nanoTime() - accepted);
  }

  final boolean hasDeadline() {
    return timeout != 0;
  }

  final synchronized boolean isWaitedFor() {
    return place == Place.LANE && failure == null;
  }

  final synchronized boolean isOver() {
    return place == Place.OVER || failure != null || hasEnded.get();
  }

  /**
   * Nobody waits for it any more: what has not begun does not begin.
   *
   * @return whether that is its outcome; false where it had another one before
   */
  final boolean abandon(Throwable why) {
    if (!end(why)) {
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
    return abandon(late(whatItWaitsFor()));
  }

  private synchronized String whatItWaitsFor() {
    return switch (place) {
      case DECODERS -> decoding > 0 ? "its decoding" : "a decoder";
      case BEFORE_LANE -> "a lane";
      default -> "the network";
    };
  }

  private boolean end(Throwable why) {
    if (hasEnded.compareAndSet(false, true)) {
      course.ended(this, why);
      return outcome.completeExceptionally(why);
    }
    return false;
  }

  /** Over, and its outcome, if it has none yet. First over, so that who waits may call again. */
  private void finish(@Nullable R result, @Nullable Throwable error) {
    synchronized (this) {
      if (place == Place.OVER) {
        return;
      }
      place = Place.OVER;
    }
    for (DecodedPicture picture : decoded) {
      if (picture != null) {
        picture.close();
      }
    }
    course.over(this);
    if (error != null || result == null) {
      end(error == null ? new CancellationException() : error);
    } else if (hasEnded.compareAndSet(false, true)) {
      course.ended(this, null);
      outcome.complete(result);
    }
  }
}
