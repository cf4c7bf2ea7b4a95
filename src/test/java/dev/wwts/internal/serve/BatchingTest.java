package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.ModelException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that wait in front of a lane share its forward. A lane that has a call waits an hour for
 * more, so that it is the number of pictures that ends it, or what the test is about.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchingTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final Picture BAD = Picture.of(new byte[] {1, 2, 3});

  @TempDir private static Path folder;

  private final List<Integer> forwards = new CopyOnWriteArrayList<>();
  private final HeldLane.Gate gate = new HeldLane.Gate();
  private final FakeEngine engine = new FakeEngine(Lane::new);
  private volatile int room = Integer.MAX_VALUE;
  private volatile int unfit = -1;
  private Service service = FakeService.open(folder, engine, SETTINGS.batching(8, HOUR));

  /** Notes its forwards, and fails those with a picture of a certain width. */
  private final class Lane extends FakeLane {
    private boolean isUnfit;

    @Override
    public void begin(int n) {
      super.begin(n);
      isUnfit = false;
      if (n > room) {
        throw new OutOfDeviceMemoryException("too small", 1, 0, new RuntimeException());
      }
    }

    @Override
    public boolean preprocess(int slot, dev.wwts.internal.image.DecodedPicture picture) {
      isUnfit |= picture.pixels().width() == unfit;
      return super.preprocess(slot, picture);
    }

    @Override
    public void forward(int n) {
      forwards.add(n);
      gate.pass();
      if (isUnfit) {
        throw new ModelException(ModelException.Reason.BAD_OUTPUT, "not finite");
      }
    }
  }

  private void open(Settings settings) {
    service.close();
    service = FakeService.open(folder, engine, settings);
    forwards.clear();
  }

  @AfterEach
  void close() {
    gate.open();
    service.close();
    assertThat(service.stats().busyLanes()).isZero();
    assertThat(service.stats().waiting()).isZero();
    assertThat(engine.memory).as("blocks that are not given back").isEmpty();
  }

  private CompletableFuture<Answer> ask(int width) {
    return service.answerAsync(picture(width), 0);
  }

  private List<CompletableFuture<Answer>> ask(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(this::ask).toList();
  }

  private static List<Integer> answers(List<CompletableFuture<Answer>> calls) {
    return calls.stream().map(call -> index(call.join())).toList();
  }

  @Test
  void callsThatWaitAreOneForwardAndEachGetsItsOwnAnswer() {
    forwards.clear();
    List<CompletableFuture<Answer>> calls = ask(1, 16);

    assertThat(answers(calls)).isEqualTo(IntStream.rangeClosed(1, 16).boxed().toList());
    assertThat(forwards).containsExactly(8, 8);
    assertThat(service.stats().batches()).isEqualTo(2);
    assertThat(service.stats().pictures()).isEqualTo(16);
    assertThat(service.stats().answered()).isEqualTo(16);
  }

  @Test
  void aLaneThatBecomesFreeTakesWhatWaitsWithoutWaiting() throws Exception {
    open(SETTINGS.batching(8, 0).decoders(1));
    gate.shut(1);
    CompletableFuture<Answer> held = ask(1);
    gate.awaitHeld();
    List<CompletableFuture<Answer>> waiting = ask(2, 6);
    // there is one decoder: when it has seen these, the others wait for the lane
    assertThat(service.answers(List.of(BAD, BAD), 0)).hasSize(2);
    gate.open();

    assertThat(answers(waiting)).containsExactly(2, 3, 4, 5, 6);
    assertThat(index(held.get())).isEqualTo(1);
    assertThat(forwards).containsExactly(1, 5);
  }

  @Test
  void smallPicturesThatLanesDecodeAreGatheredToo() throws Exception {
    // a lane for each processor: nothing is decoded ahead
    int lanes = Runtime.getRuntime().availableProcessors();
    open(SETTINGS.lanes(lanes).batching(8, 0));
    gate.shut(lanes);
    List<CompletableFuture<Answer>> held = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      held.add(ask(1));
      await(i + 1);
    }
    gate.awaitHeld();
    List<CompletableFuture<Answer>> waiting = ask(1, 80);
    gate.open();

    assertThat(answers(waiting)).isEqualTo(IntStream.rangeClosed(1, 80).boxed().toList());
    assertThat(answers(held)).containsOnly(1);
    assertThat(forwards.stream().mapToInt(n -> n).sum()).isEqualTo(80 + lanes);
    // the last ones may be shared by the lanes
    assertThat(forwards).hasSizeBetween(lanes + 10, lanes + 10 + lanes - 1);
  }

  /** Until so many lanes are busy. */
  private void await(int lanes) {
    while (service.stats().busyLanes() < lanes) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aPictureThatCanNotBeReadLeavesItsNeighboursAlone() throws Exception {
    forwards.clear();
    CompletableFuture<List<Answer>> batch = together(List.of(picture(90), BAD, picture(91)));
    assertThatThrownBy(() -> service.answer(BAD, 0)).isInstanceOf(dev.wwts.PictureException.class);
    List<CompletableFuture<Answer>> others = ask(1, 5);

    assertThat(answers(others)).containsExactly(1, 2, 3, 4, 5);
    assertThat(index(batch.get().get(0))).isEqualTo(90);
    assertThat(batch.get().get(1)).isInstanceOf(Answer.Refused.class);
    assertThat(index(batch.get().get(2))).isEqualTo(91);
    assertThat(forwards).containsExactly(7);
  }

  private CompletableFuture<List<Answer>> together(List<Picture> pictures) {
    return CompletableFuture.supplyAsync(() -> service.answers(pictures, 0));
  }

  @Test
  void whereAForwardFailsEachCallRunsAlone() {
    forwards.clear();
    unfit = 4;
    List<CompletableFuture<Answer>> calls = ask(1, 8);

    assertThatThrownBy(calls.get(3)::join).hasCauseInstanceOf(ModelException.class);
    List<CompletableFuture<Answer>> others = new ArrayList<>(calls);
    others.remove(3);
    assertThat(answers(others)).containsExactly(1, 2, 3, 5, 6, 7, 8);
    assertThat(forwards).containsExactly(8, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(service.stats().failed()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitTheDeviceIsHalved() {
    forwards.clear();
    room = 4;
    assertThat(answers(ask(1, 8))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(forwards).containsExactly(4, 4);
  }

  @Test
  void aCallThatIsGivenUpLeavesItsNeighboursAlone() {
    forwards.clear();
    CompletableFuture<Answer> first = ask(1);
    await(1);
    assertThat(service.stats().waiting()).isZero();
    first.cancel(true);
    List<CompletableFuture<Answer>> others = ask(2, 8);
    // where the lane had not begun it, they are not 8 with it and have no hour to wait
    assertThat(service.drain(HOUR)).isTrue();
    assertThat(answers(others)).containsExactly(2, 3, 4, 5, 6, 7, 8);
    assertThat(forwards.stream().mapToInt(n -> n).sum()).isEqualTo(7);
    assertThat(service.stats().abandoned()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitTheBatchEndsTheWaitingAndComesNext() {
    forwards.clear();
    CompletableFuture<Answer> first = ask(1);
    await(1);
    // eight are a batch of their own, which waits for nothing
    List<Answer> large = service.answers(pictures(8), 0);

    assertThat(index(first.join())).isEqualTo(1);
    assertThat(large).extracting(FakeService::index).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(forwards).containsExactly(1, 8);
  }

  @Test
  void noDeadlineIsMissedForOthersThatMayCome() {
    // four seconds are waited, and four are left for the forward
    assertThat(index(service.answer(picture(1), TimeUnit.SECONDS.toNanos(8)))).isEqualTo(1);
    assertThat(service.stats().late()).isZero();
  }

  @Test
  void drainingEndsTheWaiting() throws Exception {
    CompletableFuture<Answer> call = ask(1);
    assertThat(service.drain(HOUR)).isTrue();
    assertThat(index(call.get())).isEqualTo(1);
  }

  @Test
  void whoWaitsForRoomEndsTheWaiting() {
    open(SETTINGS.batching(8, HOUR).pixelsInFlight(2 << 20).decoders(1));
    List<CompletableFuture<Answer>> calls = ask(1, 9);
    // which ones have room first is the scheduler's choice
    CompletableFuture.anyOf(calls.toArray(CompletableFuture[]::new)).join();
    assertThat(service.drain(HOUR)).isTrue();
    assertThat(answers(calls)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void oneOfASlowBatchIsToldTheWholeForward() throws Exception {
    List<CompletableFuture<Answer>> calls = ask(1, 8);
    for (CompletableFuture<Answer> call : calls) {
      Answer.Recognized answer = (Answer.Recognized) call.get();
      assertThat(answer.timings().forward()).isEqualTo(3);
      assertThat(answer.timings().waiting()).isLessThanOrEqualTo(answer.timings().total());
    }
  }
}
