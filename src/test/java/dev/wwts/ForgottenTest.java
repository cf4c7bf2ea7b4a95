package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.serve.LeftOpen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was dropped without close() is told, with where it was made, and freed. */
@LeftOpen.OnPurpose
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgottenTest {
  private static final Picture PICTURE = Picture.of(TestPictures.png(20, 30, Color.RED));

  /** As long as the process, as a service's registry is. */
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();

  @TempDir private static Path folder;

  private static final class Log implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Log() {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    /** Until the garbage collector has found what the log is to tell. */
    String await(String words) {
      String text = "";
      while (!text.contains(words)) {
        System.gc();
        text = bytes.toString(StandardCharsets.UTF_8);
      }
      return text;
    }

    @Override
    public void close() {
      System.setErr(before);
    }
  }

  @Test
  void aRecognizer() {
    Path model = ModelFiles.tiny(folder);
    try (Log log = new Log()) {
      forgetRecognizer(model);
      assertThat(log.await("ForgottenTest.forgetRecognizer"))
          .contains("A recognizer was dropped without close()");
    }
  }

  private static void forgetRecognizer(Path model) {
    assertThat(Recognizer.load(model).model().name()).isEqualTo("tiny");
  }

  @Test
  void aSlotThatIsWatchedAndSwapped() {
    Path model = SlotModels.write(folder, "watched", "m * 10", "一");
    Path next = SlotModels.write(folder, "next", "m * 10", "二");
    try (Log log = new Log()) {
      forgetSlot(model, next);
      assertThat(log.await("ForgottenTest.forgetSlot"))
          .contains("A model slot was dropped without close()")
          .doesNotContain("A recognizer");
    }
  }

  private static void forgetSlot(Path model, Path next) {
    ModelSlot slot = ModelSlot.open(model);
    new RecognizerMetrics(slot).bindTo(METERS);
    slot.swap(Recognizer.builder(next));
    assertThat(slot.answer(PICTURE).results()).isNotEmpty();
    assertThat(slot.watch(next, Duration.ofMillis(50), Recognizer::builder)).isNotNull();
  }

  @Test
  void aRegistry() {
    Path model = ModelFiles.tiny(folder);
    try (Log log = new Log()) {
      forgetRegistry(model);
      assertThat(log.await("ForgottenTest.forgetRegistry"))
          .contains("A model registry was dropped without close()");
    }
  }

  private static void forgetRegistry(Path model) {
    ModelRegistry registry = new ModelRegistry();
    registry.open("one", ModelSlot.builder(Recognizer.builder(model)));
  }

  @Test
  void aFailureThatNobodyHears() {
    assumeTrue(System.getProperty("wwts.leaks", "").equals("all"), "skipped: calls are sampled");
    Duration none = Duration.ofNanos(1);
    try (Recognizer recognizer = Recognizer.builder(ModelFiles.tiny(folder)).timeout(none).load();
        Log log = new Log()) {
      forgetFuture(recognizer);
      assertThat(log.await("DeadlineExceededException"))
          .contains("its failure is lost", "ForgottenTest.forgetFuture");
      assertThat(hearFuture(recognizer)).isInstanceOf(DeadlineExceededException.class);
      System.gc();
    }
  }

  @Test
  void aRefusalThatNobodyHears() {
    assumeTrue(System.getProperty("wwts.leaks", "").equals("all"), "skipped: calls are sampled");
    Recognizer recognizer = Recognizer.load(ModelFiles.tiny(folder));
    recognizer.close();
    try (Log log = new Log()) {
      forgetFuture(recognizer);
      assertThat(log.await("RecognizerClosedException"))
          .as("though no recognizer is open any more")
          .contains("its failure is lost", "ForgottenTest.forgetFuture");
      assertThat(hearFuture(recognizer)).isInstanceOf(RecognizerClosedException.class);
    }
  }

  @Test
  void aFailureThatOutlivesItsRecognizer() {
    assumeTrue(System.getProperty("wwts.leaks", "").equals("all"), "skipped: calls are sampled");
    Duration none = Duration.ofNanos(1);
    try (Log log = new Log()) {
      try (Recognizer recognizer =
          Recognizer.builder(ModelFiles.tiny(folder)).timeout(none).load()) {
        forgetFuture(recognizer);
      }
      assertThat(log.await("DeadlineExceededException")).contains("ForgottenTest.forgetFuture");
    }
  }

  @Test
  void aFailureThatAnotherStageHearsIsNotTold() {
    assumeTrue(System.getProperty("wwts.leaks", "").equals("all"), "skipped: calls are sampled");
    Duration none = Duration.ofNanos(1);
    try (Recognizer recognizer = Recognizer.builder(ModelFiles.tiny(folder)).timeout(none).load()) {
      assertThat(hearByStage(recognizer)).hasCauseInstanceOf(DeadlineExceededException.class);
      // what one collection finds is told in any order: after the second all is
      for (int i = 0; i < 2; i++) {
        try (Log log = new Log()) {
          forgetFuture(recognizer);
          assertThat(log.await("ForgottenTest.forgetFuture"))
              .doesNotContain("ForgottenTest.hearByStage");
        }
      }
    }
  }

  private static Throwable hearByStage(Recognizer recognizer) {
    CompletableFuture<Answer> failed = recognizer.answerAsync(PICTURE);
    while (!failed.isDone()) {
      Thread.onSpinWait();
    }
    return CompletableFuture.completedFuture(1)
        .thenCompose(one -> failed)
        .handle((answer, error) -> error)
        .join();
  }

  private static void forgetFuture(Recognizer recognizer) {
    assertThat(recognizer.answerAsync(PICTURE)).isNotNull();
  }

  private static Throwable hearFuture(Recognizer recognizer) {
    return recognizer.answerAsync(PICTURE).handle((answer, error) -> error).join();
  }
}
