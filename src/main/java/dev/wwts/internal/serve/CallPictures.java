package dev.wwts.internal.serve;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.lane.Pictures;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A call's pictures, which decoders put and a lane takes. */
final class CallPictures implements Pictures {
  private final List<Picture> pictures;

  /** Held while the caller's memory is read, which is the caller's again when its call ends. */
  private final ReentrantLock reading = new ReentrantLock();

  private final @Nullable DecodedPicture[] decoded;
  private final @Nullable PictureException[] refusals;
  private final boolean[] begun;
  private final boolean[] taken;
  private final long[] nanos;
  private @Nullable LaneDecoder lane;
  private @Nullable Throwable failure;
  private boolean closed;
  private int left;
  private int refused;

  /** Decodes a picture in the thread of the lane that takes it, which waits for nobody's room. */
  interface LaneDecoder {
    void decode(int index, boolean onProcessor);
  }

  CallPictures(List<Picture> pictures) {
    this.pictures = pictures;
    this.left = pictures.size();
    this.decoded = new @Nullable DecodedPicture[left];
    this.refusals = new @Nullable PictureException[left];
    this.begun = new boolean[left];
    this.taken = new boolean[left];
    this.nanos = new long[left];
  }

  @Override
  public int size() {
    return pictures.size();
  }

  Picture get(int index) {
    return pictures.get(index);
  }

  /**
   * They are on a lane, which decodes those that nobody has begun, and those that it needs again.
   */
  synchronized void onLane(LaneDecoder decoder) {
    lane = decoder;
  }

  /** Whether nobody has begun to decode a picture; if so, the asking one has now. */
  synchronized boolean begin(int index) {
    boolean isFirst = !begun[index];
    begun[index] = true;
    return isFirst;
  }

  /** A picture's decoding was begun too early: whoever comes first begins it anew. */
  synchronized void release(int index) {
    begun[index] = false;
    notifyAll();
  }

  /** A picture is decoded, or refused; one that nobody wants any more goes back. */
  void put(
      int index, @Nullable DecodedPicture picture, @Nullable PictureException refusal, long took) {
    synchronized (this) {
      if (!closed) {
        decoded[index] = picture;
        refusals[index] = refusal;
        nanos[index] = took;
        refused += refusal == null ? 0 : 1;
        left--;
        notifyAll();
        return;
      }
    }
    if (picture != null) {
      picture.close();
    }
  }

  /** Loads a picture's bytes into a reader's own memory, if the call has not ended. */
  ByteBuffer load(int index, PictureReader reader) {
    Picture picture = get(index);
    if (!(picture instanceof Picture.Bytes bytes && bytes.bytes().isDirect())) {
      return reader.load(picture);
    }
    reading.lock();
    try {
      if (isOver()) {
        throw new CancellationException();
      }
      return reader.load(picture);
    } finally {
      reading.unlock();
    }
  }

  private synchronized boolean isOver() {
    return closed || failure != null;
  }

  /** After this no memory of the caller's is read that the caller may free. */
  private void awaitReading() {
    reading.lock();
    try {
      // who read has done so
    } finally {
      reading.unlock();
    }
  }

  /** A lane that waits for pictures gets no more of them. */
  void fail(Throwable why) {
    synchronized (this) {
      failure = failure == null ? why : failure;
      notifyAll();
    }
    awaitReading();
  }

  synchronized boolean haveFailed() {
    return failure != null;
  }

  /** Whether none is left to decode. */
  synchronized boolean areDone() {
    return left == 0;
  }

  /** Whether there is one for a lane to begin with. */
  synchronized boolean areBegun() {
    return left < size();
  }

  synchronized boolean areAllRefused() {
    return refused == size();
  }

  /** How many can't be read. */
  synchronized int refused() {
    return refused;
  }

  @Override
  public @Nullable DecodedPicture take(int index) {
    boolean again;
    synchronized (this) {
      again = taken[index];
      taken[index] = false;
      left += again ? 1 : 0;
    }
    if (again || !isBegunByOther(index)) {
      decodeOnLane(index, false);
    }
    return taken(index);
  }

  @Override
  public @Nullable DecodedPicture takeFromProcessor(int index) {
    synchronized (this) {
      left++;
    }
    decodeOnLane(index, true);
    return taken(index);
  }

  private void decodeOnLane(int index, boolean onProcessor) {
    LaneDecoder decoder;
    synchronized (this) {
      decoder = lane;
    }
    if (decoder == null) {
      throw new IllegalStateException("No lane has this call.");
    }
    decoder.decode(index, onProcessor);
  }

  /**
   * Waits for a picture that a decoder has begun.
   *
   * @return false if none has, or it gave it up: the lane has begun it now
   */
  private synchronized boolean isBegunByOther(int index) {
    while (decoded[index] == null && refusals[index] == null && failure == null) {
      if (begin(index)) {
        return false;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts a lane's thread.", e);
      }
    }
    return true;
  }

  private synchronized @Nullable DecodedPicture taken(int index) {
    if (failure != null) {
      throw DeviceFailure.thrown(failure);
    }
    DecodedPicture picture = decoded[index];
    decoded[index] = null;
    taken[index] = picture != null;
    return picture;
  }

  @Override
  public synchronized void refuse(int index, OutOfMemoryError error) {
    taken[index] = false;
    refusals[index] = PictureReader.noMemory(get(index), error);
  }

  /** Why a picture is refused; null if it is not. */
  synchronized @Nullable PictureException refusal(int index) {
    return refusals[index];
  }

  /** What its decoding took. */
  synchronized long nanos(int index) {
    return nanos[index];
  }

  /** Gives back what no lane took, and what decoders still put. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    awaitReading();
    for (DecodedPicture picture : decoded) {
      if (picture != null) {
        picture.close();
      }
    }
  }
}
