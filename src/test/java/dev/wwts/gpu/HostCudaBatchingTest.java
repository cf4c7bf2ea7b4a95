package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.DEVICE_ALLOCATIONS;
import static dev.wwts.gpu.HostCuda.Count.GRAPHS;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_LAUNCHES;
import static dev.wwts.gpu.HostCuda.Count.KERNELS;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What calls that share a forward save of a card: launches and waits; see {@link HostCudaCase}. */
class HostCudaBatchingTest extends HostCudaCase {
  private static final int CALLS = 64;

  private final Picture picture = Picture.of(TestPictures.jpeg(640, 480));

  private record Cost(int graphs, int launches, int waits, int allocations, int kernels) {
    static Cost now() {
      return new Cost(
          GRAPHS.read(),
          GRAPH_LAUNCHES.read(),
          WAITS.read(),
          DEVICE_ALLOCATIONS.read(),
          KERNELS.read());
    }

    Cost since(Cost before) {
      return new Cost(
          graphs - before.graphs,
          launches - before.launches,
          waits - before.waits,
          allocations - before.allocations,
          kernels - before.kernels);
    }
  }

  @Test
  void eightCallsAreOneLaunchAndOneWait() {
    Cost alone;
    try (Recognizer recognizer = on(CUDA).load()) {
      alone = cost(recognizer);
    }
    Cost together;
    // it is the eighth call that ends the waiting, not the hour
    try (Recognizer recognizer = on(CUDA).batching(8, Duration.ofHours(1)).load()) {
      together = cost(recognizer);
      assertThat(recognizer.stats().pictures()).isEqualTo(8 * recognizer.stats().batches());
    }
    System.out.printf("%d calls over hostcuda: alone %s, by eight %s%n", CALLS, alone, together);
    assertThat(alone.launches).isEqualTo(CALLS);
    assertThat(alone.waits).isEqualTo(CALLS);
    assertThat(together.launches).isEqualTo(CALLS / 8);
    assertThat(together.graphs).as("captured at load").isZero();
    assertThat(together.allocations).isZero();
    // one for the batch; beyond that a picture waits for the buffer of the one four before it
    assertThat(together.waits).isLessThan(CALLS);
  }

  private Cost cost(Recognizer recognizer) {
    ask(recognizer);
    Cost before = Cost.now();
    ask(recognizer);
    return Cost.now().since(before);
  }

  private void ask(Recognizer recognizer) {
    List<CompletableFuture<Answer>> calls =
        IntStream.range(0, CALLS).mapToObj(i -> recognizer.answerAsync(picture)).toList();
    calls.forEach(call -> assertThat(call.join()).isInstanceOf(Answer.Recognized.class));
  }
}
