package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.TestPictures;
import dev.wwts.internal.serve.Faults.Fault;
import dev.wwts.internal.serve.FaultyLane.Stage;
import dev.wwts.internal.settings.Settings;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is thrown wherever below a call: the call gets it, the next one is answered, nothing is
 * left. Whatever is thrown while a service starts: its opening throws it, and all is closed.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultTest {
  @TempDir private static Path folder;

  private final Faults faults = new Faults();
  private final FakeEngine engine = faults.engine();

  static Stream<Arguments> faultsOfCalls() {
    return Stream.of(Stage.BEGIN, Stage.PREPROCESS, Stage.FORWARD, Stage.READ)
        .flatMap(
            stage -> Stream.of(Fault.values()).map(fault -> Arguments.arguments(stage, fault)));
  }

  @ParameterizedTest
  @MethodSource("faultsOfCalls")
  void onALane(Stage stage, Fault fault) throws Exception {
    Service service = FakeService.open(folder, engine, SETTINGS.decoders(1));
    try {
      faults.arm(stage, fault, 1);
      if (stage == Stage.PREPROCESS && fault == Fault.MEMORY) {
        // a picture too large for what is left: it is the picture that is refused
        assertThat(catchThrowable(() -> service.answer(picture(1), 0)))
            .isInstanceOf(PictureException.class);
      } else {
        assertThat(catchThrowable(() -> service.answer(picture(1), 0)))
            .isInstanceOf(fault.make().getClass())
            .hasMessage(Faults.MESSAGE);
        faults.arm(stage, fault, 1);
        CompletableFuture<Answer> later = service.answerAsync(picture(2), 0);
        assertThat(catchThrowable(later::get))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(fault.make().getClass());
      }
      faults.arm(stage, fault, 1);
      List<Answer> batch = batch(service);

      assertThat(faults.left()).isZero();
      if (fault == Fault.DEVICE_MEMORY) {
        assertThat(batch).extracting(FakeService::index).containsExactly(1, 2, 3);
      }
      assertThat(index(service.answer(picture(7), 0))).isEqualTo(7);
      assertThat(service.answers(pictures(3), 0))
          .extracting(FakeService::index)
          .containsExactly(1, 2, 3);
    } finally {
      FakeService.close(service, engine);
    }
  }

  /** What became of three pictures; none where the whole batch failed. */
  private static List<Answer> batch(Service service) {
    try {
      return service.answers(pictures(3), 0);
    } catch (Throwable e) {
      assertThat(e).hasMessage(Faults.MESSAGE);
      return List.of();
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void inADecoder(Fault fault) throws Exception {
    Service service = FakeService.open(folder, engine, SETTINGS.decoders(1));
    Picture file =
        Picture.of(Files.write(folder.resolve("a.png"), TestPictures.png(9, 1, Color.RED)));
    engine.reserving = bytes -> faults.hit();
    try {
      for (Picture picture : List.of(file, picture(9))) {
        faults.arm(fault, 1);
        assertThat(catchThrowable(() -> service.answer(picture, 0)))
            .isInstanceOfAny(fault.make().getClass(), PictureException.class);
        faults.arm(fault, 1);
        assertThat(catchThrowable(() -> service.answers(List.of(picture, file), 0)))
            .satisfiesAnyOf(
                e -> assertThat(e).isNull(),
                e -> assertThat(e).isInstanceOf(fault.make().getClass()));
        assertThat(faults.left()).isZero();
        assertThat(index(service.answer(picture, 0))).isEqualTo(9);
      }
    } finally {
      FakeService.close(service, engine);
    }
  }

  /** A network that does nothing for ten seconds, as good as for ever. */
  @Test
  void aNetworkThatHangsTakesItsLaneOnly() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    AtomicBoolean isArmed = new AtomicBoolean();
    FakeEngine hanging =
        new FakeEngine(
            () ->
                new FaultyLane(
                    stage -> {
                      if (stage == Stage.FORWARD && isArmed.getAndSet(false)) {
                        hangs.countDown();
                        await(mayGoOn);
                      }
                    }));
    Service service = FakeService.open(folder, hanging, SETTINGS.lanes(2).decoders(1));
    try {
      isArmed.set(true);
      CompletableFuture<Answer> held = service.answerAsync(picture(1), 0);
      await(hangs);
      for (int i = 2; i < 50; i++) {
        assertThat(index(service.answer(picture(i), 0))).isEqualTo(i);
      }
      while (service.stats().busyLanes() > 1) {
        // the lane that has just answered is busy for a moment more
        Thread.onSpinWait();
      }
      assertThat(service.stats().busyLanes()).isEqualTo(1);
      assertThat(service.drain(TimeUnit.MILLISECONDS.toNanos(10))).isFalse();
      assertThat(held).isNotDone();

      mayGoOn.countDown();
      assertThat(index(held.get())).isEqualTo(1);
    } finally {
      mayGoOn.countDown();
      FakeService.close(service, hanging);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Arguments> faultsOfStarts() {
    return Stream.of(Stage.BEGIN, Stage.PREPROCESS, Stage.FORWARD, Stage.READ)
        .flatMap(
            stage ->
                Stream.of(Fault.values())
                    .flatMap(
                        fault ->
                            Stream.of(1, 2)
                                .map(lanes -> Arguments.arguments(stage, fault, lanes))));
  }

  @ParameterizedTest
  @MethodSource("faultsOfStarts")
  void inWarmUp(Stage stage, Fault fault, int lanes) {
    faults.arm(stage, fault, 1);
    fails(SETTINGS.lanes(lanes), fault);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void whereALaneIsMade(Fault fault) {
    AtomicInteger made = new AtomicInteger();
    FakeEngine second =
        new FakeEngine(
            () -> {
              if (made.incrementAndGet() == 2) {
                faults.arm(fault, 1);
                faults.hit();
              }
              return new FakeLane();
            });
    fails(second, SETTINGS.lanes(3), fault);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whereMemoryForPicturesIsMade(int times) {
    engine.refusals.set(times);
    Throwable error = catchThrowable(() -> FakeService.open(folder, engine, SETTINGS.lanes(2)));
    assertThat(error).isInstanceOf(OutOfMemoryError.class);
    assertThat(engine.closed).isTrue();
    assertThat(engine.memory).isEmpty();
  }

  private void fails(Settings settings, Fault fault) {
    fails(engine, settings, fault);
  }

  private void fails(FakeEngine failing, Settings settings, Fault fault) {
    assertThat(catchThrowable(() -> FakeService.open(folder, failing, settings)))
        .isInstanceOf(fault.make().getClass())
        .hasMessage(Faults.MESSAGE);
    assertThat(failing.closed).isTrue();
    assertThat(failing.memory).isEmpty();
    assertThat(threads()).as("threads of a service that never was").isEmpty();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("wwts-lane-") || name.startsWith("wwts-decode-"))
        .toList();
  }

  /** A lane that can't be closed is told; all else is closed. */
  @Test
  void atTheEnd() {
    Service service = FakeService.open(folder, engine, SETTINGS.lanes(2));
    faults.arm(Stage.CLOSE, Fault.NATIVE, 2);
    Throwable error = catchThrowable(service::close);

    assertThat(error).hasMessage(Faults.MESSAGE);
    assertThat(error.getSuppressed()).hasSize(1);
    assertThat(engine.closed).isTrue();
    assertThat(engine.memory).isEmpty();
    assertThat(threads()).isEmpty();
  }
}
