package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that the exporter compiled: it answers as the reference, whatever the batch. */
class CompiledModelTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"any", "3"})
  void answersAsTheReferenceInBatchesOfAnySize(String batch) throws Exception {
    Path model = CompiledFiles.resNet(batch);
    for (int threads : new int[] {1, 2}) {
      try (Recognizer recognizer =
          Recognizer.builder(model).trusted(true).threads(threads).topK(3).load()) {
        // four pictures: one batch, or one of 3 and a rest that is filled up
        Verification verification = recognizer.verify();
        assertThat(verification.passed()).as(verification.toString()).isTrue();
        assertThat(verification.logitDifference()).isLessThan(1e-3);

        List<Picture> pictures = pictures(7);
        List<Answer> together = recognizer.answers(pictures);
        for (int i = 0; i < pictures.size(); i++) {
          List<Recognition> alone = recognizer.answer(pictures.get(i)).results();
          List<Recognition> among = ((Answer.Recognized) together.get(i)).results();
          assertThat(among.get(0).label()).isEqualTo(alone.get(0).label());
          // the batch changes the order of sums, no more
          assertThat(among.get(0).confidence())
              .isCloseTo(alone.get(0).confidence(), org.assertj.core.data.Offset.offset(1e-5));
        }
        assertThat(recognizer.remarks()).anyMatch(it -> it.contains("machine code"));
        assertThat(recognizer.model().threads()).isEqualTo(threads);
      }
    }
    assertThat(CompiledFileTest.unpacked()).isZero();
  }

  @Test
  void servesCallsThatComeAtOnce() throws Exception {
    List<Picture> pictures = pictures(5);
    try (Recognizer recognizer =
        Recognizer.builder(CompiledFiles.resNet("any")).trusted(true).threads(1).lanes(8).load()) {
      List<List<Recognition>> expected =
          pictures.stream().map(it -> recognizer.answer(it).results()).toList();
      ExecutorService callers = Executors.newFixedThreadPool(8);
      try {
        List<Future<List<Recognition>>> answers = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
          Picture picture = pictures.get(i % 5);
          answers.add(callers.submit(() -> recognizer.answer(picture).results()));
        }
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i).get()).isEqualTo(expected.get(i % 5));
        }
      } finally {
        callers.shutdown();
      }
    }
  }

  /** What stays mapped would be hundreds of megabytes for each model that a service exchanges. */
  @Test
  void itsCodeLeavesTheProcessWithTheRecognizer() throws Exception {
    Path model = CompiledFiles.resNet("any");
    for (int i = 0; i < 3; i++) {
      try (Recognizer recognizer = Recognizer.builder(model).trusted(true).load()) {
        recognizer.answers(pictures(2));
        assertThat(mapped()).isPositive();
      }
    }
    assertThat(mapped()).isZero();
  }

  private static long mapped() throws Exception {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(it -> it.contains("network.so")).count();
    }
  }

  @Test
  void thePinHoldsForIt() throws Exception {
    Path model = CompiledFiles.resNet("any");
    String pin;
    try (Bundle bundle = Bundle.read(model, null, true)) {
      pin = bundle.content().sha256();
    }
    Recognizer.builder(model).trusted(true).sha256(pin).load().close();

    refused(
        Recognizer.builder(model).trusted(true).sha256("0".repeat(64)), Reason.WRONG_SHA256, "");
    refused(Recognizer.builder(model).sha256(pin), Reason.UNTRUSTED, "machine code");
  }

  @Test
  void whatIsDamagedIsRefused() throws Exception {
    byte[] good = Files.readAllBytes(CompiledFiles.resNet("any"));
    for (int part = 1; part < 10; part++) {
      byte[] flipped = good.clone();
      flipped[(int) (good.length * (long) part / 10)] ^= 0x40;
      refused(bytes(flipped), Reason.CORRUPT, "");
      refused(
          bytes(Arrays.copyOf(good, (int) (good.length * (long) part / 10))),
          Reason.NOT_A_MODEL,
          "end is missing");
    }
  }

  @Test
  void codeThatAnswersOtherwiseThanItsSelfTestIsRefused() {
    Map<String, byte[]> entries = ModelFiles.entries(CompiledFiles.resNet("any"));
    byte[] logits = entries.get("model/extra/selftest/logits.f32");
    for (int i = 3; i < Objects.requireNonNull(logits).length; i += 4) {
      logits[i] ^= (byte) 0x80;
    }
    Path model = ModelFiles.zip(folder.resolve("other.pt2"), entries);

    refused(Recognizer.builder(model).trusted(true), Reason.BAD_OUTPUT, "its machine code");
  }

  private RecognizerBuilder bytes(byte[] bytes) throws Exception {
    return Recognizer.builder(Files.write(folder.resolve("bad.pt2"), bytes)).trusted(true);
  }

  private static List<Picture> pictures(int n) {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      pictures.add(Picture.of(TestPictures.png(200, 180, new Color(30 * i, 255 - 20 * i, 90))));
    }
    return pictures;
  }

  private static void refused(RecognizerBuilder builder, Reason reason, String named) {
    assertThatThrownBy(() -> builder.load().close())
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.getMessage()).contains(named).doesNotContain("\n"));
  }
}
