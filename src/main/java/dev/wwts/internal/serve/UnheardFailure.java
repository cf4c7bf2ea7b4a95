package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A call whose failure nobody hears of, where the future that was to tell it is dropped unasked.
 * Where such a call was made costs a stack, so that it is kept of one call in some only, and told
 * once of each place: under load one place loses many.
 */
final class UnheardFailure {
  /** Between two calls of which it is kept; 0: of none. */
  private static final int EVERY =
      switch (System.getProperty("wwts.leaks", "sampled").toLowerCase(Locale.ROOT)) {
        case "all" -> 1;
        case "off" -> 0;
        default -> 128;
      };

  private static final int MOST_PLACES = 256;

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final UnheardFailure NOT_KEPT = new UnheardFailure(null);

  /** Hashes of the stacks that were told. */
  private static final Set<Integer> PLACES = ConcurrentHashMap.newKeySet();

  private final @Nullable MadeHere origin;
  private boolean isHeard;
  private @Nullable Forgotten told;

  private UnheardFailure(@Nullable MadeHere origin) {
    this.origin = origin;
  }

  static UnheardFailure ofCallMadeHere() {
    return EVERY > 0 && (EVERY == 1 || CALLS.getAndIncrement() % EVERY == 0)
        ? new UnheardFailure(new MadeHere("A call of answerAsync"))
        : NOT_KEPT;
  }

  /** Whether that place has not been told. */
  static boolean isToBeTold(MadeHere call) {
    return EVERY == 1
        || (PLACES.size() < MOST_PLACES && PLACES.add(Arrays.hashCode(call.getStackTrace())));
  }

  /** It failed, and {@code future} tells whoever asks. */
  synchronized void failed(Object future, Throwable why) {
    MadeHere made = origin;
    if (made != null && !isHeard) {
      made.initCause(why);
      told = new Forgotten.Future(future, made);
      Leaks.watch(told);
    }
  }

  /** Somebody asks, or does not care. */
  void isHeard() {
    if (origin != null) {
      synchronized (this) {
        isHeard = true;
        if (told != null) {
          Leaks.release(told);
          told = null;
        }
      }
    }
  }
}
