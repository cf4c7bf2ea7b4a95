package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.ModelException;
import dev.wwts.OverloadedException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls where lanes hang, fail or are too few; lanes are imitations. */
class ServiceTest {
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  @TempDir private static Path folder;

  private final HeldLane.Gate gate = new HeldLane.Gate();
  private final FakeEngine engine = new FakeEngine(() -> new HeldLane(gate));
  private final List<Service> opened = new ArrayList<>();

  private Service open(Settings settings) {
    Service service = FakeService.open(folder, engine, settings);
    opened.add(service);
    return service;
  }

  /** Nothing is left behind, whatever a test did. */
  @AfterEach
  void close() {
    gate.open();
    for (Service service : opened) {
      service.close();
      assertThat(service.stats().busyLanes()).isZero();
      assertThat(engine.closed).isTrue();
    }
    assertThat(engine.memory).isEmpty();
  }

  /** A call that is on a lane and hangs. */
  private CompletableFuture<Answer> hold(Service service, int width) throws InterruptedException {
    gate.shut(1);
    CompletableFuture<Answer> held = service.answerAsync(picture(width), 0);
    gate.awaitHeld();
    return held;
  }

  @Test
  void aCallBeyondTheQueueIsRefusedAtOnce() throws Exception {
    Service service = open(SETTINGS.queue(2));
    CompletableFuture<Answer> held = hold(service, 1);
    List<CompletableFuture<Answer>> waiting = List.of(async(service, 2), async(service, 3));

    assertThatThrownBy(() -> service.answer(picture(4), 0))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("2 calls wait already");
    assertThat(async(service, 5)).isCompletedExceptionally();
    assertThat(service.stats().waiting()).isEqualTo(2);
    assertThat(service.stats().overloaded()).isEqualTo(2);

    gate.open();
    assertThat(index(held.get())).isEqualTo(1);
    assertThat(index(waiting.get(0).get())).isEqualTo(2);
    assertThat(index(waiting.get(1).get())).isEqualTo(3);
    assertThat(index(service.answer(picture(6), 0))).isEqualTo(6);
  }

  /** Nobody waits for less than a nanosecond. */
  @Test
  void whatHasWaitedTooLongIsRefusedWhenItsTurnComes() {
    Service service = open(SETTINGS.queueTimeout(1));
    assertThatThrownBy(() -> service.answer(picture(1), 0))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("queueTimeout");
    assertThatThrownBy(async(service, 2)::join).hasCauseInstanceOf(OverloadedException.class);
    assertThat(service.drain(TimeUnit.MINUTES.toNanos(1))).isTrue();
    assertThat(service.stats().overloaded()).isEqualTo(2);
    assertThat(service.stats().accepted()).isEqualTo(2);
    assertThat(index(open(SETTINGS.queueTimeout(Long.MAX_VALUE)).answer(picture(3), 0)))
        .isEqualTo(3);
  }

  @Test
  void withoutAQueueOneCallerAfterTheOtherIsAnswered() throws Exception {
    Service service = open(SETTINGS.queue(0));
    for (int i = 1; i < 50; i++) {
      assertThat(index(service.answer(picture(i), 0))).isEqualTo(i);
    }
    Object unused = hold(service, 1);
    assertThatThrownBy(() -> service.answer(picture(2), 0)).isInstanceOf(OverloadedException.class);
  }

  @Test
  void aDeadlineEndsACallInTheQueueAndOneThatHangs() throws Exception {
    Service service = open(SETTINGS);
    gate.shut(1);
    assertThatThrownBy(() -> service.answer(picture(1), 50 * MILLISECOND))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("50 ms");
    assertThatThrownBy(() -> service.answer(picture(2), MILLISECOND))
        .isInstanceOf(DeadlineExceededException.class);
    CompletableFuture<Answer> late = service.answerAsync(picture(3), MILLISECOND);
    assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);

    gate.open();
    assertThat(index(service.answer(picture(4), 0))).isEqualTo(4);
    assertThat(service.stats().late()).isEqualTo(3);
  }

  @Test
  void aCallThatIsTooLateDoesNotBegin() throws Exception {
    List<Integer> begun = new ArrayList<>();
    FakeEngine counting =
        new FakeEngine(
            () ->
                new FakeLane() {
                  @Override
                  public void begin(int n) {
                    super.begin(n);
                    begun.add(n);
                  }
                });
    Service other = FakeService.open(folder, counting, SETTINGS);
    begun.clear();
    try {
      assertThatThrownBy(() -> other.answer(picture(1), 1))
          .isInstanceOf(DeadlineExceededException.class);
      other.drain(Long.MAX_VALUE / 4);
      assertThat(begun).isEmpty();
      assertThat(other.stats().late()).isEqualTo(1);
    } finally {
      other.close();
    }
  }

  @Test
  void anInterruptedCallerComesBackThoughTheNetworkHangs() throws Exception {
    Service service = open(SETTINGS);
    gate.shut(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>(false);
    Thread caller =
        new Thread(
            () -> {
              try {
                service.answer(picture(1), 0);
              } catch (RuntimeException e) {
                thrown.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    gate.awaitHeld();
    caller.interrupt();
    caller.join();

    assertThat(thrown.get())
        .isInstanceOf(CallInterruptedException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(flag.get()).isTrue();
    assertThat(service.stats().abandoned()).isEqualTo(1);
    gate.open();
    assertThat(index(service.answer(picture(2), 0))).isEqualTo(2);
  }

  @Test
  void aCancelledCallLeavesTheQueue() throws Exception {
    Service service = open(SETTINGS.queue(1));
    CompletableFuture<Answer> held = hold(service, 1);
    CompletableFuture<Answer> waiting = async(service, 2);
    assertThat(waiting.cancel(true)).isTrue();
    while (service.stats().waiting() > 0) {
      // a decoder may be at it, which ends first
      Thread.onSpinWait();
    }

    CompletableFuture<Answer> next = async(service, 3);
    gate.open();
    assertThat(index(next.get())).isEqualTo(3);
    assertThat(index(held.get())).isEqualTo(1);
    assertThat(service.stats().abandoned()).isEqualTo(1);
  }

  @Test
  void drainingAnswersWhatWasAcceptedAndRefusesTheRest() throws Exception {
    Service service = open(SETTINGS);
    CompletableFuture<Answer> held = hold(service, 1);
    CompletableFuture<Answer> waiting = async(service, 2);

    assertThat(service.drain(MILLISECOND)).isFalse();
    assertThatThrownBy(() -> service.answer(picture(3), 0))
        .isInstanceOf(RecognizerClosedException.class);
    gate.open();
    assertThat(service.drain(Long.MAX_VALUE / 4)).isTrue();
    assertThat(index(held.get())).isEqualTo(1);
    assertThat(index(waiting.get())).isEqualTo(2);
  }

  @Test
  void statisticsDoNotWaitForALaneThatHangs() throws Exception {
    Service service = open(SETTINGS);
    Object unused = hold(service, 1);
    assertThat(service.stats().busyLanes()).isEqualTo(1);
    assertThat(service.memory()).isEmpty();
  }

  @Test
  void aCallbackMayCloseTheService() throws Exception {
    Service service = open(SETTINGS);
    CountDownLatch closed = new CountDownLatch(1);
    CompletableFuture<Void> then =
        async(service, 1)
            .thenRun(
                () -> {
                  service.close();
                  closed.countDown();
                });
    then.get(1, TimeUnit.MINUTES);
    closed.await();
  }

  @Test
  void aNetworkThatThrowsFailsItsCallOnly() {
    List<RuntimeException> faults = new ArrayList<>();
    FakeEngine failing =
        new FakeEngine(
            () ->
                new FakeLane() {
                  @Override
                  public void forward(int n) {
                    if (!faults.isEmpty()) {
                      throw faults.remove(0);
                    }
                  }
                });
    Service other = FakeService.open(folder, failing, SETTINGS);
    try {
      faults.add(new ModelException(ModelException.Reason.BAD_OUTPUT, "made by the test"));
      assertThatThrownBy(() -> other.answer(picture(1), 0)).isInstanceOf(ModelException.class);
      faults.add(new IllegalStateException("made by the test"));
      assertThatThrownBy(() -> other.answers(pictures(3), 0))
          .isInstanceOf(IllegalStateException.class);
      assertThat(index(other.answer(picture(2), 0))).isEqualTo(2);
      assertThat(other.stats().failed()).isEqualTo(2);
      assertThat(other.stats().answered()).isEqualTo(1);
    } finally {
      other.close();
    }
    assertThat(failing.memory).isEmpty();
  }

  @Test
  void aPictureLargerThanMayBeInFlightIsRefusedAndBatchesGoThrough() {
    Service service = open(SETTINGS.pixelsInFlight(1 << 20));
    assertThatThrownBy(() -> service.answer(big(), 0))
        .isInstanceOfSatisfying(
            PictureException.class,
            e -> assertThat(e.reason()).isEqualTo(PictureException.Reason.TOO_LARGE))
        .hasMessageContaining("pixelsInFlight");

    List<Answer> answers = service.answers(pictures(40), 0);
    assertThat(answers).extracting(FakeService::index).startsWith(1, 2, 3).endsWith(39, 40);
  }

  private static Picture big() {
    return Picture.of(dev.wwts.TestPictures.png(1000, 600, java.awt.Color.RED));
  }

  @Test
  void nothingIsDecodedAheadWhereLanesKeepAllProcessorsBusy() throws Exception {
    int lanes = Runtime.getRuntime().availableProcessors();
    Service service = open(SETTINGS.lanes(lanes).decoders(1));
    Picture unreadable = Picture.of(new byte[1]);
    gate.shut(lanes);
    for (int lane = 0; lane < lanes; lane++) {
      assertThat(service.answerAsync(picture(1), 0)).isNotDone();
    }
    gate.awaitHeld();

    CompletableFuture<Answer> waiting = service.answerAsync(unreadable, 0);
    // there is one decoder: had it been given that picture, it would be done before these
    assertThat(service.answers(List.of(unreadable, unreadable), 0))
        .allMatch(answer -> answer instanceof Answer.Refused);
    assertThat(waiting).isNotDone();
    gate.open();
    assertThat(waiting.get()).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void moreThreadsThanProcessorsAreTold() {
    int processors = Runtime.getRuntime().availableProcessors();
    assertThat(open(SETTINGS.lanes(processors)).remarks()).isEmpty();

    assertThat(open(SETTINGS.lanes(processors + 1)).remarks())
        .containsExactly(new Remark.TooManyThreads(processors + 1, 1, processors));
  }

  @Test
  void timingsTellTheWaiting() throws ExecutionException, InterruptedException {
    Service service = open(SETTINGS);
    Object unused = hold(service, 1);
    CompletableFuture<Answer> waiting = async(service, 2);
    gate.open();
    Answer.Recognized answer = (Answer.Recognized) waiting.get();

    assertThat(answer.timings().waiting()).isPositive().isLessThan(answer.timings().total());
  }

  /** Java's own since 19, which this one may lack. */
  @Test
  void aFutureThatIsAskedForItsFailureTellsIt() {
    Service service = open(SETTINGS);
    AsyncAnswer answered = (AsyncAnswer) async(service, 1);
    assertThat(index(answered.join())).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(answered::exceptionNow);
    service.close();
    AsyncAnswer refused = (AsyncAnswer) async(service, 1);
    assertThat(refused.exceptionNow()).isInstanceOf(RecognizerClosedException.class);
    refused.cancel(false);
    assertThat(refused).isCompletedExceptionally().isNotCancelled();
  }

  private static CompletableFuture<Answer> async(Service service, int width) {
    return service.answerAsync(picture(width), 0);
  }
}
