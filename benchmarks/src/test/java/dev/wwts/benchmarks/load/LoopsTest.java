package dev.wwts.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.PictureException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Calls come when they are to, and every one is counted once, from when it was to come. */
class LoopsTest {
  private static final long MILLI = 1_000_000;

  /** Time that only moves when someone waits or works. */
  private static final class ManualClock implements Loops.Clock {
    private long now = 5;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void awaitUntil(long nanos) {
      now = Math.max(now, nanos);
    }
  }

  private static Service service(
      java.util.function.Function<byte[], CompletableFuture<int[]>> ask) {
    return new Service() {
      @Override
      public CompletableFuture<int[]> ask(byte[] picture) {
        return ask.apply(picture);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void arrivalsArePoissonsAndTheSameForTheSameSeed() {
    long[] times = Arrivals.poisson(50, 200, 7);
    assertThat(times).isSorted().isEqualTo(Arrivals.poisson(50, 200, 7));
    assertThat(times).isNotEqualTo(Arrivals.poisson(50, 200, 8));
    // a count's standard deviation is its root, 100 of 10,000
    assertThat((double) times.length).isCloseTo(10_000, within(400.0));
    double mean = times[times.length - 1] / 1e9 / times.length;
    double squares = 0;
    for (int i = 1; i < times.length; i++) {
      double gap = (times[i] - times[i - 1]) / 1e9;
      squares += (gap - mean) * (gap - mean) / times.length;
    }
    // of exponential gaps the deviation is the mean; 10,000 of them tell it to about 1.4 %
    assertThat(Math.sqrt(squares) / mean).isCloseTo(1, within(0.06));
  }

  @Test
  void anIdealQueueMakesCallsWaitForEachOtherOnly() {
    long[] arrivals = {0, 0, 0, 100};
    assertThat(Arrivals.ideal(arrivals, 2, 10)).containsExactly(10, 10, 20, 10);
  }

  @Test
  void aServiceThatStopsIsChargedWithAllWhomItKeptWaiting() throws InterruptedException {
    ManualClock clock = new ManualClock();
    long[] arrivals = new long[200];
    Arrays.setAll(arrivals, i -> 10 * MILLI * i);
    int[] calls = {0};
    // one call in 200 takes a second, the others none
    Service stalls =
        service(
            picture -> {
              if (calls[0]++ == 50) {
                clock.awaitUntil(clock.nanos() + 1000 * MILLI);
              }
              return CompletableFuture.completedFuture(new int[5]);
            });
    JsonNode tally = Loops.open(stalls, Shot.of(new byte[1]), arrivals, clock).json(2);
    // the call itself and the 99 that were to begin meanwhile: 1000, 990, ... 10 ms
    assertThat(tally.get("asked").asInt()).isEqualTo(200);
    assertThat(tally.get("answered").asInt()).isEqualTo(200);
    assertThat(tally.at("/millis/100").asDouble()).isCloseTo(1000, within(1.0));
    // three digits of a histogram
    assertThat(tally.at("/millis/90").asDouble()).isCloseTo(800, within(11.0));
    assertThat(tally.at("/millis/99").asDouble()).isCloseTo(980, within(11.0));
  }

  @Test
  void everyEndHasItsKind() throws InterruptedException {
    int[] right = {1, 2, 3, 4, 5};
    CompletableFuture<int[]> never = new CompletableFuture<>();
    Tally tally = new Tally();
    tally.asked();
    tally.ended(Shot.of(new byte[0], right), MILLI, right.clone(), null);
    tally.asked();
    tally.ended(Shot.of(new byte[0], right), MILLI, new int[] {5, 4, 3, 2, 1}, null);
    tally.asked();
    tally.ended(Shot.bad(new byte[0]), MILLI, null, unreadable());
    tally.asked();
    tally.ended(Shot.of(new byte[0]), MILLI, null, unreadable());
    tally.asked();
    tally.ended(Shot.of(new byte[0]), MILLI, null, new RejectedExecutionException());
    tally.asked();
    assertThat(never).isNotDone();
    JsonNode one = tally.json(1);
    assertThat(one.get("answered").asInt()).isEqualTo(1);
    assertThat(one.get("failed").asInt()).isEqualTo(2);
    assertThat(one.get("failure").asText()).contains("[5, 4, 3, 2, 1], not [1, 2, 3, 4, 5]");
    assertThat(one.get("refused").toString()).isEqualTo("{\"overloaded\":1,\"picture\":1}");
    assertThat(one.get("lost").asInt()).isEqualTo(1);
    JsonNode two = Tally.merge(List.of(one, one));
    assertThat(two.get("asked").asInt()).isEqualTo(12);
    assertThat(two.get("refused").toString()).isEqualTo("{\"overloaded\":2,\"picture\":2}");
    assertThat(two.get("rate").asDouble()).isEqualTo(1);
    assertThat(Tally.histogram(two).getTotalCount()).isEqualTo(2);
  }

  private static PictureException unreadable() {
    return new PictureException(PictureException.Reason.UNREADABLE, "No picture.");
  }

  @Test
  void eachCallerOfTheClosedLoopHasItsAnswer() throws InterruptedException {
    Service echo = service(picture -> CompletableFuture.completedFuture(new int[5]));
    JsonNode tally = Loops.closed(echo, () -> Shot.of(new byte[0]), 3, 0).json(1);
    assertThat(tally.get("asked").asInt()).isEqualTo(3);
    assertThat(tally.get("answered").asInt()).isEqualTo(3);
  }
}
