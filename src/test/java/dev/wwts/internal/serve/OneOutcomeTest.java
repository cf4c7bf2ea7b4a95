package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.CLASSES;
import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Stats;
import dev.wwts.WwtsException;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 callers whose pictures can be told apart, bad ones, batches, deadlines, cancelled and
 * interrupted calls among them: each call has one outcome, and it is its own. {@code
 * -Dwwts.stress=100} makes a million calls of it.
 */
class OneOutcomeTest {
  private static final int CALLERS = 64;
  private static final int CALLS = 150 * Integer.getInteger("wwts.stress", 1);

  @TempDir private static Path folder;

  private final List<Picture> good =
      IntStream.range(0, CLASSES).mapToObj(i -> picture(Math.max(1, i))).toList();
  private final Picture bad = Picture.of(new byte[] {1, 2, 3});

  @Test
  void everyCallHasOneOutcomeAndItsOwn() throws Exception {
    run(SETTINGS);
  }

  @Test
  void theSameWhereCallsShareForwards() throws Exception {
    run(SETTINGS.batching(6, TimeUnit.MICROSECONDS.toNanos(200)));
  }

  private void run(Settings settings) throws Exception {
    FakeEngine engine = new FakeEngine(FakeLane::new);
    Service service =
        FakeService.open(
            folder, engine, settings.lanes(3).decoders(3).queue(40).pixelsInFlight(12 << 20));
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Callable<Integer>> all = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(i);
        all.add(() -> calls(service, random));
      }
      int calls = 0;
      for (Future<Integer> done : callers.invokeAll(all)) {
        calls += done.get(30, TimeUnit.MINUTES);
      }
      assertThat(service.drain(TimeUnit.MINUTES.toNanos(1))).isTrue();
      Stats stats = service.stats();
      System.out.println("64 callers: " + stats);
      assertThat(calls).isEqualTo(CALLERS * CALLS);
      assertThat(stats.accepted() + stats.overloaded()).isEqualTo(calls);
      assertThat(stats.answered() + stats.late() + stats.abandoned() + stats.failed())
          .as("each accepted call has one outcome")
          .isEqualTo(stats.accepted());
      assertThat(stats.failed()).isZero();
      assertThat(stats.waiting()).isZero();
      assertThat(stats.memory().pixelsInFlight()).as("bytes of the budget").isZero();
      assertThat(List.of(stats.answered(), stats.late(), stats.abandoned(), stats.overloaded()))
          .as("all kinds come")
          .allMatch(n -> n > 0);
    } finally {
      callers.shutdownNow();
      service.close();
    }
    assertThat(engine.memory).isEmpty();
  }

  private int calls(Service service, Random random) throws Exception {
    for (int i = 0; i < CALLS; i++) {
      int width = 1 + random.nextInt(CLASSES - 1);
      try {
        switch (random.nextInt(20)) {
          case 0 -> refused(service);
          case 1, 2, 3 -> batch(service, random);
          case 4, 5 -> check(service.answer(good.get(width), 1 + random.nextInt(2_000_000)), width);
          case 6, 7 -> cancelled(service, width, random);
          case 8 -> interrupted(service, width);
          case 9, 10 -> check(service.answerAsync(good.get(width), 0).get(), width);
          default -> check(service.answer(good.get(width), 0), width);
        }
      } catch (WwtsException e) {
        assertThat(e.getClass().getSimpleName())
            .isIn("OverloadedException", "DeadlineExceededException", "CallInterruptedException");
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(WwtsException.class);
      } finally {
        Thread.interrupted();
      }
    }
    return CALLS;
  }

  private void refused(Service service) {
    try {
      throw new AssertionError("answered: " + service.answer(bad, 0));
    } catch (PictureException e) {
      assertThat(e.reason()).isNotNull();
    }
  }

  private void batch(Service service, Random random) {
    int n = 1 + random.nextInt(20);
    List<Picture> pictures = new ArrayList<>(Collections.nCopies(n, bad));
    int[] widths = new int[n];
    for (int i = 0; i < n; i++) {
      widths[i] = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(CLASSES - 1);
      pictures.set(i, widths[i] == 0 ? bad : good.get(widths[i]));
    }
    List<Answer> answers = service.answers(pictures, 0);
    assertThat(answers).hasSize(n);
    for (int i = 0; i < n; i++) {
      if (widths[i] == 0) {
        assertThat(answers.get(i)).isInstanceOf(Answer.Refused.class);
      } else {
        check(answers.get(i), widths[i]);
      }
    }
  }

  private void cancelled(Service service, int width, Random random) throws Exception {
    CompletableFuture<Answer> answer = service.answerAsync(good.get(width), 0);
    for (int i = random.nextInt(2_000); i > 0; i--) {
      Thread.onSpinWait();
    }
    answer.cancel(false);
    try {
      check(answer.get(), width);
    } catch (CancellationException e) {
      assertThat(answer).isCancelled();
    }
  }

  private void interrupted(Service service, int width) {
    Thread.currentThread().interrupt();
    check(service.answer(good.get(width), 0), width);
  }

  private static void check(Answer answer, int width) {
    assertThat(index(answer)).isEqualTo(width);
  }
}
