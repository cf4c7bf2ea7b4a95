package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public API, on a network whose answer can be worked out by hand: the strongest colour. */
class RecognizerTest {
  private static final byte[] RED = TestPictures.png(20, 30, Color.RED);
  private static final byte[] BLUE = TestPictures.png(30, 20, Color.BLUE);

  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void writeModel() {
    model = ModelFiles.tiny(folder);
  }

  @Test
  void namesTheStrongestColour() {
    try (Recognizer recognizer = Recognizer.load(model)) {
      List<Recognition> top = recognizer.recognize(RED);

      assertThat(top).extracting(Recognition::label).startsWith("红").hasSize(3);
      // softmax of (10, 0, 0)
      double expected = Math.exp(10) / (Math.exp(10) + 2);
      assertThat(top.get(0).confidence()).isCloseTo(expected, within(1e-6));
      assertThat(top.get(0).index()).isZero();
    }
  }

  @Test
  void takesBytesBuffersFilesAndStreamsAlike() throws IOException {
    Path file = Files.write(folder.resolve("red.png"), RED);
    ByteBuffer direct = ByteBuffer.allocateDirect(RED.length + 7).position(7).put(RED).position(7);
    try (Recognizer recognizer = Recognizer.load(model)) {
      List<Recognition> expected = recognizer.recognize(RED);

      assertThat(recognizer.recognize(ByteBuffer.wrap(RED))).isEqualTo(expected);
      assertThat(recognizer.recognize(direct)).isEqualTo(expected);
      assertThat(direct.position()).as("the caller's buffer does not move").isEqualTo(7);
      assertThat(recognizer.recognize(file)).isEqualTo(expected);
      assertThat(recognizer.recognize(new ByteArrayInputStream(RED))).isEqualTo(expected);
    }
  }

  @Test
  void callsThatShareAForwardAreAnsweredAsAlone() throws Exception {
    // it is the fourth picture that ends the waiting, not the hour
    RecognizerBuilder together =
        Recognizer.builder(model).lanes(1).batching(4, Duration.ofHours(1));
    try (Recognizer alone = Recognizer.load(model);
        Recognizer recognizer = together.load()) {
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(recognizer.answerAsync(Picture.of(i % 3 == 0 ? RED : BLUE)));
      }
      for (int i = 0; i < 8; i++) {
        Answer.Recognized answer = (Answer.Recognized) calls.get(i).get();
        assertThat(answer.results()).isEqualTo(alone.recognize(i % 3 == 0 ? RED : BLUE));
      }
      assertThat(recognizer.stats().batches()).isEqualTo(2);
      assertThat(recognizer.stats().pictures()).isEqualTo(8);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> together.batching(0, Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> together.batching(2, Duration.ofMillis(-1)))
        .withMessageContaining("wait must be from 0");
  }

  @Test
  void answersABatchInOrderAndRefusesOnlyTheBadOnes() {
    try (Recognizer recognizer = Recognizer.load(model)) {
      List<Answer> answers =
          recognizer.answers(
              List.of(
                  Picture.of(BLUE),
                  Picture.of(new byte[] {1, 2, 3}),
                  Picture.of(RED),
                  Picture.of(Path.of("no-such-file.jpg"))));

      assertThat(answers).hasSize(4);
      assertThat(best(answers.get(0))).isEqualTo("蓝");
      assertThat(answers.get(1)).isInstanceOf(Answer.Refused.class);
      assertThat(best(answers.get(2))).isEqualTo("红");
      assertThat(((Answer.Refused) answers.get(3)).cause().reason())
          .isEqualTo(PictureException.Reason.UNREADABLE);
      assertThat(recognizer.answers(List.of())).isEmpty();
      assertThat(recognizer.answers(List.of(Picture.of(new byte[0]))))
          .singleElement()
          .isInstanceOf(Answer.Refused.class);
    }
  }

  @Test
  void measuresEveryStage() {
    try (Recognizer recognizer = Recognizer.load(model)) {
      Timings timings = recognizer.answer(Picture.of(RED)).timings();

      assertThat(List.of(timings.decode(), timings.preprocess(), timings.forward(), timings.rank()))
          .allMatch(nanos -> nanos > 0);
      assertThat(timings.decode() + timings.preprocess() + timings.forward() + timings.rank())
          .isLessThanOrEqualTo(timings.total());
    }
  }

  @Test
  void keepsToTopKAndThresholds() {
    try (Recognizer recognizer = Recognizer.builder(model).topK(2).minConfidence(0.001).load()) {
      assertThat(recognizer.recognize(RED)).hasSize(1);
    }
    try (Recognizer recognizer = Recognizer.builder(model).topK(2).load()) {
      assertThat(recognizer.recognize(RED)).hasSize(2);
    }
    byte[] grey = TestPictures.png(8, 8, Color.GRAY);
    try (Recognizer recognizer = Recognizer.builder(model).threshold(0.5).load()) {
      Answer.Recognized unknown = recognizer.answer(Picture.of(grey));

      assertThat(unknown.results()).as("a third each: not recognised").isEmpty();
      assertThat(unknown.best().confidence()).isCloseTo(1 / 3.0, within(1e-6));
      assertThat(recognizer.recognize(RED)).isNotEmpty();
    }
  }

  @Test
  void refusesPicturesOverTheLimitsAndGoesOn() {
    try (Recognizer recognizer = Recognizer.builder(model).maxPixels(599).maxBytes(10_000).load()) {
      assertThatThrownBy(() -> recognizer.recognize(RED))
          .isInstanceOfSatisfying(
              PictureException.class,
              e -> assertThat(e.reason()).isEqualTo(PictureException.Reason.TOO_LARGE));
      assertThatThrownBy(() -> recognizer.recognize(new ByteArrayInputStream(new byte[20_000])))
          .isInstanceOfSatisfying(
              PictureException.class,
              e -> assertThat(e.reason()).isEqualTo(PictureException.Reason.TOO_LARGE));
      assertThat(recognizer.recognize(TestPictures.png(8, 8, Color.RED))).isNotEmpty();
    }
  }

  @Test
  void answersTheSameFromManyThreads() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (Recognizer recognizer = Recognizer.builder(model).threads(1).lanes(3).load()) {
      List<Recognition> red = recognizer.recognize(RED);
      List<Recognition> blue = recognizer.recognize(BLUE);
      Callable<Boolean> job =
          () -> {
            for (int i = 0; i < 200; i++) {
              if (!recognizer.recognize(RED).equals(red)
                  || !recognizer.recognize(BLUE).equals(blue)) {
                return false;
              }
            }
            return true;
          };
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        results.add(executor.submit(job));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void closeWaitsForCallsInFlightAndLaterCallsThrow() throws Exception {
    int threads = 6;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 5; round++) {
        Recognizer recognizer = Recognizer.builder(model).lanes(2).load();
        CountDownLatch started = new CountDownLatch(threads);
        AtomicInteger refused = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          callers.add(
              executor.submit(
                  () -> {
                    started.countDown();
                    try {
                      while (true) {
                        recognizer.recognize(RED);
                      }
                    } catch (RecognizerClosedException closed) {
                      refused.incrementAndGet();
                    }
                  }));
        }
        started.await();
        recognizer.close();
        recognizer.close();
        for (Future<?> caller : callers) {
          caller.get();
        }
        assertThat(refused).hasValue(threads);
        assertThatThrownBy(() -> recognizer.recognize(RED))
            .isInstanceOf(RecognizerClosedException.class);
        assertThatThrownBy(() -> recognizer.answers(List.of(Picture.of(RED))))
            .isInstanceOf(RecognizerClosedException.class);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void acceptsOnlyThePinnedFile() {
    String right = dev.wwts.internal.model.Sha256.of(model);
    try (Recognizer recognizer = Recognizer.load(model, right.toUpperCase(java.util.Locale.ROOT))) {
      assertThat(recognizer.model().name()).isEqualTo("tiny");
    }
    assertThatThrownBy(() -> Recognizer.load(model, "0".repeat(64)))
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelException.Reason.WRONG_SHA256));
    assertThatIllegalArgumentException().isThrownBy(() -> Recognizer.load(model, "abc"));
  }

  @Test
  void readsAPlainFileWithItsManifestBeside() throws IOException {
    Path plain = folder.resolve("plain.pt");
    dev.wwts.internal.network.TestModels.write(plain, "m * 10", 1f);
    Files.writeString(folder.resolve("plain.wwts.json"), ModelFiles.MANIFEST);
    Files.write(
        folder.resolve("plain.labels.txt"),
        ("\uFEFF" + ModelFiles.LABELS.replace("\n", "\r\n")).getBytes(StandardCharsets.UTF_8));

    try (Recognizer recognizer = Recognizer.load(plain)) {
      assertThat(recognizer.recognize(RED).get(0).label()).isEqualTo("红");
      assertThatThrownBy(recognizer::verify)
          .isInstanceOfSatisfying(
              ModelException.class,
              e -> assertThat(e.reason()).isEqualTo(ModelException.Reason.NO_SELF_TEST));
    }
  }

  @Test
  void runsInBfloat16WhereAskedTo() {
    try (Recognizer recognizer = Recognizer.builder(model).precision(Precision.BF16).load()) {
      assertThat(recognizer.model().precision()).isEqualTo(Precision.BF16);
      assertThat(recognizer.recognize(BLUE).get(0).label()).isEqualTo("蓝");
    }
  }

  @Test
  void saysWhyThereIsNoGpu() {
    assertThatThrownBy(() -> Recognizer.builder(model).device(Device.cuda(0)).load())
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("cuda:0");
  }

  private static String best(Answer answer) {
    return ((Answer.Recognized) answer).best().label();
  }
}
