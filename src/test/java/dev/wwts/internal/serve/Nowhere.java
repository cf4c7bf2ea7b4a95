package dev.wwts.internal.serve;

import dev.wwts.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A way on which nothing happens. */
class Nowhere implements Course {
  @Override
  public void decoded(Call<?> call) {}

  @Override
  public long queueTimeout() {
    return 0;
  }

  @Override
  public void cameOn() {}

  @Override
  public void hurry() {}

  @Override
  public void abandoned(Call<?> call) {}

  @Override
  public void over() {}

  @Override
  public void ended(Call<?> call, List<Answer> answers, @Nullable Throwable failure) {}
}
