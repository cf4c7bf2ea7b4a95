package dev.wwts.internal.serve;

import dev.wwts.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call's way goes through. */
interface Course {
  /** The call waits for a lane from now on. */
  void decoded(Call<?> call);

  /** Nanoseconds that a call may wait until it is begun; 0: any time. */
  long queueTimeout();

  /** It has come on: who waits for room looks again. */
  void cameOn();

  /** Somebody waits for room: no lane is to wait for more calls. */
  void hurry();

  /** Nobody waits for it any more. */
  void abandoned(Call<?> call);

  /** Nothing works on it any more. */
  void over();

  /** It has ended with these answers, or failed. */
  void ended(Call<?> call, List<Answer> answers, @Nullable Throwable failure);
}
