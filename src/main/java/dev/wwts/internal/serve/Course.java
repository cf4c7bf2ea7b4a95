package dev.wwts.internal.serve;

import org.jspecify.annotations.Nullable;

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
  void over();

  /** It has ended so. */
  void ended(Call<?> call, @Nullable Throwable failure);
}
