package dev.wwts.internal.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many large pictures be decoded at once that a thread is left for small ones; further ones
 * wait for their turn, which they keep until they are done.
 */
final class LargeTurns {
  private final int most;
  private final Deque<DecodeTask> waiting = new ArrayDeque<>();
  private int large;

  LargeTurns(int most) {
    this.most = most;
  }

  /** Whether it is a picture's turn; if not, it is released and comes back by {@link #leave}. */
  synchronized boolean enter(DecodeTask task) {
    if (large < most) {
      large++;
      return true;
    }
    task.call().pictures().release(task.index());
    waiting.addLast(task);
    return false;
  }

  /** One is done: the next one, which has its place from now on, whatever becomes of it. */
  synchronized @Nullable DecodeTask leave() {
    DecodeTask next = waiting.pollFirst();
    if (next == null) {
      large--;
      return null;
    }
    return new DecodeTask(next.call(), next.index(), true);
  }

  /** Takes out a call's pictures, which nobody waits for any more. */
  synchronized void withdraw(Call<?> call) {
    waiting.removeIf(task -> task.call() == call);
  }
}
