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

  private final Again decoders;
  private final @Nullable DecodedPicture[] decoded;
  private final @Nullable PictureException[] refusals;
  private final boolean[] taken;
  private final long[] nanos;
  private @Nullable Throwable failure;
  private boolean closed;
  private int left;
  private int refused;

  /** Decodes a picture before all that wait. */
  interface Again {
    void decode(int index, boolean onProcessor);
  }

  CallPictures(List<Picture> pictures, Again decoders) {
    this.pictures = pictures;
    this.decoders = decoders;
    this.left = pictures.size();
    this.decoded = new @Nullable DecodedPicture[left];
    this.refusals = new @Nullable PictureException[left];
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
    if (again) {
      decoders.decode(index, false);
    }
    return await(index);
  }

  @Override
  public @Nullable DecodedPicture takeFromProcessor(int index) {
    synchronized (this) {
      left++;
    }
    decoders.decode(index, true);
    return await(index);
  }

  private synchronized @Nullable DecodedPicture await(int index) {
    while (decoded[index] == null && refusals[index] == null && failure == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts a lane's thread.", e);
      }
    }
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
