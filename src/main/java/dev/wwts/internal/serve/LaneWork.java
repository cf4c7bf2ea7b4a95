package dev.wwts.internal.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does, in its thread, with the calls that it takes: decodes what is small and nobody
 * has decoded, gathers those that wait behind the first into one batch, and runs them.
 */
final class LaneWork {
  private final LaneRunner lane;
  private final Lanes.LaneDecoder decoder;
  private final More more;

  /** Pictures of a batch; 1: each call runs alone. */
  private final int most;

  /** What the last batch took. */
  private long took;

  /** Where further calls come from. */
  interface More {
    /** Nanoseconds that a lane which has a call waits for further ones, now. */
    long patience();

    /**
     * The next call.
     *
     * @param until by the clock of {@link System#nanoTime}, when it is waited for no longer
     * @return null where none comes, or one that does not fit
     */
    @Nullable Call<?> take(long until, Predicate<Call<?>> fits);

    /** So many of those that were taken are over. */
    void ran(int calls);
  }

  LaneWork(LaneRunner lane, Lanes.LaneDecoder decoder, More more, int most) {
    this.lane = lane;
    this.decoder = decoder;
    this.more = more;
    this.most = most;
  }

  /** Runs a call, and what is gathered behind it. */
  void run(Call<?> first) {
    long taken = System.nanoTime();
    if (!isReady(first)) {
      return;
    }
    if (most == 1 || !isForBatch(first, most)) {
      first.run(lane, decoder);
      return;
    }
    List<Calls.Answers> calls = new ArrayList<>();
    calls.add((Calls.Answers) first);
    try {
      gather(calls, taken);
      runTogether(calls);
    } catch (Throwable e) {
      // they are nobody's but this lane's
      calls.forEach(
          call ->
              call.endWith(
                  lane,
                  () -> {
                    throw DeviceFailure.thrown(e);
                  }));
    } finally {
      more.ran(calls.size() - 1);
    }
  }

  private void runTogether(List<Calls.Answers> calls) {
    List<Calls.Answers> wanted = new ArrayList<>(calls);
    wanted.removeIf(call -> !call.enterLane(decoder));
    if (!wanted.isEmpty()) {
      long began = System.nanoTime();
      lane.answer(wanted);
      took = System.nanoTime() - began;
    }
  }

  /** Whether a call may run now; a small one that nobody has decoded is decoded first. */
  private boolean isReady(Call<?> call) {
    if (call.takesTurn()) {
      return true;
    }
    try {
      call.staysOnLane(true);
      decoder.decodeSmall(call);
      return call.staysOnLane() && call.takesTurn();
    } catch (Throwable e) {
      call.crash(e);
      return false;
    }
  }

  /** Whether a call may share a batch that has room for so many pictures. */
  private static boolean isForBatch(Call<?> call, int room) {
    return call instanceof Calls.Answers
        && call.pictures().size() <= room
        && call.pictures().areDone();
  }

  /**
   * What waits is taken; for more is waited, and what nobody has decoded is decoded, but no
   * deadline is missed for it.
   */
  private void gather(List<Calls.Answers> calls, long taken) {
    int room = most - calls.get(0).pictures().size();
    long latest = taken + spare(calls.get(0));
    long patience = taken + more.patience();
    while (room > 0) {
      int left = room;
      long end = latest;
      Call<?> next =
          more.take(
              Math.min(patience, latest),
              call -> call.isBeforeLane() ? isForBatch(call, left) : System.nanoTime() < end);
      if (next == null) {
        return;
      }
      if (!isReady(next)) {
        more.ran(1);
      } else {
        calls.add((Calls.Answers) next);
        room -= next.pictures().size();
        latest = Math.min(latest, System.nanoTime() + spare(next));
      }
    }
  }

  /** Half of what a call's deadline leaves beside a batch like the last one. */
  private long spare(Call<?> call) {
    return Math.max(0, call.outcome().nanosLeft() - took) / 2;
  }
}
