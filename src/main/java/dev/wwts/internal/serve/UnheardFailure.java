package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A call whose failure nobody hears of, where the future that was to tell it is dropped unasked.
 * Where such a call was made costs a stack, so that it is kept of one call in some only.
 */
final class UnheardFailure {
  /** Between two calls of which it is kept; 0: of none. */
  private static final int EVERY =
      switch (System.getProperty("wwts.leaks", "sampled").toLowerCase(Locale.ROOT)) {
        case "all" -> 1;
        case "off" -> 0;
        default -> 128;
      };

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final UnheardFailure NOT_KEPT = new UnheardFailure(null);

  private final @Nullable MadeHere origin;
  private boolean isHeard;
  private @Nullable Object told;

  private UnheardFailure(@Nullable MadeHere origin) {
    this.origin = origin;
  }

  static UnheardFailure ofCallMadeHere() {
    return EVERY > 0 && (EVERY == 1 || CALLS.getAndIncrement() % EVERY == 0)
        ? new UnheardFailure(new MadeHere("A call of answerAsync"))
        : NOT_KEPT;
  }

  /** It failed, and {@code future} tells whoever asks. */
  synchronized void failed(Object future, Throwable why) {
    MadeHere made = origin;
    if (made != null && !isHeard) {
      made.initCause(why);
      told = OpenServices.guard(future, made);
    }
  }

  /** Somebody asks, or does not care. */
  void isHeard() {
    if (origin != null) {
      synchronized (this) {
        isHeard = true;
        if (told != null) {
          OpenServices.release(told);
          told = null;
        }
      }
    }
  }
}
