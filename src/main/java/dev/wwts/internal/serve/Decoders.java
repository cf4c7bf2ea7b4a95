package dev.wwts.internal.serve;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.natives.MemoryLimits;
import dev.wwts.internal.pixels.PixelBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Threads that turn bytes into decoded pictures, first come, first served. Large pictures never
 * take the last thread: a small one need not wait for them.
 */
final class Decoders implements AutoCloseable {
  /** Bytes of pixels above which a picture counts as large: 16 million pixels. */
  private static final long LARGE = 48L << 20;

  /** Bytes of pixels, 2 million of them, and of a file, up to which a lane decodes itself. */
  private static final long SMALL = 6L << 20;

  /** No decoder is faster: what can't be decoded in the time that is left is not begun. */
  private static final int MOST_BYTES_A_NANO = 4;

  private static final int SMALL_FILE = 1 << 20;

  private final HandOver<DecodeTask> queue = new HandOver<>(0);
  private final List<Thread> threads = new ArrayList<>();
  private final Set<PictureReader> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger busy = new AtomicInteger();
  private final Limits limits;
  private final Recipe recipe;
  private final PixelPool pool;
  private final @Nullable Runnable otherJpegs;
  private final UnaryOperator<Throwable> errors;
  private final LargeTurns turns;

  /** Who decodes a picture. */
  private enum By {
    DECODER,
    /** That has nothing else to do, and leaves it to a decoder where that has to wait. */
    IDLE_LANE,
    /** That has the picture's call, and waits for nothing. */
    ITS_LANE
  }

  /** A large picture's turn has not come yet. */
  private static final class Deferred extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Deferred() {
      super("deferred", null, false, false);
    }
  }

  /**
   * Starts them.
   *
   * @param otherJpegs told of JPEGs that are none for the lanes' card; null where no card decodes
   * @param errors what a call is told for an error that is not the picture's
   */
  Decoders(
      int count,
      Limits limits,
      Recipe recipe,
      PixelPool pool,
      @Nullable Runnable otherJpegs,
      UnaryOperator<Throwable> errors) {
    this.limits = limits;
    this.recipe = recipe;
    this.pool = pool;
    this.otherJpegs = otherJpegs;
    this.errors = errors;
    this.turns = new LargeTurns(Math.max(1, count - 1));
    List<PictureReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        readers.add(reader());
      }
      for (PictureReader reader : readers) {
        Thread thread = ServiceThread.of(() -> serve(reader), "wwts-decode-" + threads.size());
        thread.start();
        threads.add(thread);
      }
    } catch (RuntimeException | Error e) {
      // no thread, or no memory for one: those that there are end, and close what they read with
      close();
      readers.subList(threads.size(), readers.size()).forEach(PictureReader::close);
      throw e;
    }
  }

  private PictureReader reader() {
    PictureReader reader = new PictureReader(limits, recipe);
    open.add(reader);
    return reader;
  }

  /** Bytes of the readers' copies of what is encoded; never waits. */
  long held() {
    return open.stream().mapToLong(PictureReader::bytes).sum();
  }

  /** Decodes a call's pictures. */
  void submit(Call<?> call) {
    if (call.pictures().size() == 1) {
      queue.put(new DecodeTask(call, 0, false));
      return;
    }
    List<DecodeTask> tasks = new ArrayList<>(call.pictures().size());
    for (int i = 0; i < call.pictures().size(); i++) {
      tasks.add(new DecodeTask(call, i, false));
    }
    queue.putAll(tasks);
  }

  /**
   * Whether a lane may decode a call's picture itself, which spares a hand-over: it is small, at a
   * glance, and none came before it.
   */
  boolean isForLane(Call<?> call) {
    return call.pictures().size() == 1
        && !call.isOwn()
        && queue.size() == 0
        && isSmall(call.pictures().get(0));
  }

  private static boolean isSmall(Picture picture) {
    return picture instanceof Picture.Tensor
        || (picture instanceof Picture.Bytes bytes && bytes.bytes().remaining() <= SMALL_FILE);
  }

  /** For a lane's thread. */
  Lanes.LaneDecoder forLane() {
    PictureReader reader = reader();
    return new Lanes.LaneDecoder() {
      @Override
      public void decodeSmall(Call<?> call) {
        if (call.beginDecoding(0)) {
          Decoders.this.decode(new DecodeTask(call, 0, false), reader, By.IDLE_LANE, false);
        }
      }

      @Override
      public void decode(Call<?> call, int index, boolean onProcessor) {
        if (call.beginDecoding()) {
          DecodeTask task = new DecodeTask(call, index, false);
          Decoders.this.decode(task, reader, By.ITS_LANE, onProcessor);
        }
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  /** Takes a call's pictures out of the queue. */
  void withdraw(Call<?> call) {
    List<DecodeTask> large = new ArrayList<>();
    queue.removeIf(task -> task.call() == call && (!task.isLarge() || large.add(task)));
    turns.withdraw(call);
    large.forEach(task -> leaveLarge(true));
  }

  /** Those that serve. */
  List<Thread> threads() {
    return threads;
  }

  int count() {
    return threads.size();
  }

  int busy() {
    return busy.get();
  }

  int queued() {
    return queue.size();
  }

  private void serve(PictureReader reader) {
    try (reader) {
      DecodeTask task = queue.take();
      while (task != null) {
        if (!task.call().beginDecoding(task.index())) {
          leaveLarge(task.isLarge());
        } else {
          busy.incrementAndGet();
          try {
            decode(task, reader, By.DECODER, false);
          } catch (Throwable e) {
            task.call().crash(e);
          } finally {
            busy.decrementAndGet();
          }
        }
        task = queue.take();
      }
    }
  }

  private void decode(DecodeTask task, PictureReader reader, By by, boolean onProcessor) {
    Call<?> call = task.call();
    long began = System.nanoTime();
    PixelPool.Lease lease;
    try {
      lease = pool.lease(call);
    } catch (Throwable e) {
      leaveLarge(task.isLarge());
      call.fail(errors.apply(e));
      return;
    }
    boolean[] isLarge = {task.isLarge()};
    DecodedPicture picture = null;
    PictureException refusal = null;
    try {
      MemoryLimits.require(0);
      String name = call.pictures().get(task.index()).name();
      PixelBuffer into =
          bytes -> {
            if (by == By.IDLE_LANE && (bytes > SMALL || !lease.enterNow(bytes))) {
              call.staysOnLane(false);
              call.pictures().release(task.index());
              queue.put(task);
              throw new Deferred();
            }
            if (call.outcome().nanosLeft() < bytes / MOST_BYTES_A_NANO) {
              throw call.outcome().late("its decoding");
            }
            if (by == By.DECODER && bytes > LARGE && !isLarge[0]) {
              if (!turns.enter(task)) {
                throw new Deferred();
              }
              isLarge[0] = true;
            }
            return lease.reserve(name, bytes);
          };
      picture = read(task, reader, into, lease::giveBack, onProcessor);
    } catch (Deferred e) {
      lease.giveBack();
      call.defer();
      return;
    } catch (PictureException e) {
      lease.giveBack();
      refusal = e;
    } catch (Throwable e) {
      lease.giveBack();
      leaveLarge(isLarge[0]);
      call.fail(errors.apply(e));
      return;
    }
    leaveLarge(isLarge[0]);
    call.put(task.index(), picture, refusal, System.nanoTime() - began);
  }

  private DecodedPicture read(
      DecodeTask task,
      PictureReader reader,
      PixelBuffer into,
      DecodedPicture.Memory memory,
      boolean onProcessor) {
    Call<?> call = task.call();
    Picture picture = call.pictures().get(task.index());
    if (picture instanceof Picture.Tensor tensor) {
      return reader.read(tensor, into, memory);
    }
    if (call.isOwn()) {
      try (PictureReader own = new PictureReader(Limits.DEFAULT, recipe)) {
        return own.read(picture, own.load(picture), into, memory);
      }
    }
    ByteBuffer encoded = call.pictures().load(task.index(), reader);
    return otherJpegs == null || onProcessor
        ? reader.read(picture, encoded, into, memory)
        : reader.readForCard(picture, encoded, into, memory, otherJpegs);
  }

  private void leaveLarge(boolean isLarge) {
    DecodeTask next = isLarge ? turns.leave() : null;
    if (next != null) {
      queue.putFirst(next);
    }
  }

  /** Waits for pictures that are being decoded; calls must have ended before. */
  @Override
  public void close() {
    queue.end();
    ServiceThread.join(threads);
  }
}
