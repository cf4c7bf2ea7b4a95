package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.awt.Color;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Texts and their embeddings, beside pictures' and in galleries. */
class TextTest extends TextCase {
  private static final float[] OF_RED = {1 / NORM, 0, 0, 0.5f / NORM};
  private static final float[] OF_NOTHING = {0, 0, 0, 1};

  @Test
  void aTextsEmbeddingLiesWhereThePicturesDoes() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      assertThat(recognizer.model().texts()).isTrue();
      assertThat(recognizer.model().labels()).isEmpty();
      close(recognizer.embed("红"), OF_RED);
      close(recognizer.embed(RED), OF_RED);
      List<float[]> many = recognizer.embedTexts(Collections.nCopies(40, "红"));
      assertThat(many).hasSize(40);
      many.forEach(it -> close(it, OF_RED));
      close(recognizer.embedTexts(List.of("", "红色")).get(0), OF_NOTHING);
      assertThat(recognizer.embedTexts(List.of())).isEmpty();
      Answer.Embedded async = (Answer.Embedded) recognizer.embedAsync("红色").join();
      close(async.vector(), OF_RED);
      assertThat(async.timings().total()).isGreaterThanOrEqualTo(async.timings().forward());

      assertThat(recognizer.score(RED, "红")).isCloseTo(1, within(ROUNDING));
      // only the halves are alike
      assertThat(recognizer.score(BLUE, "红")).isCloseTo(0.25 / 1.25, within(ROUNDING));
      assertThatThrownBy(() -> recognizer.score(BAD, "红")).isInstanceOf(PictureException.class);
    }
  }

  @Test
  void hostileTextsHaveAnEmbeddingToo() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      close(recognizer.embed(""), OF_NOTHING);
      close(recognizer.embed("a".repeat(1 << 20)), OF_NOTHING);
      close(recognizer.embed(" ".repeat(1 << 20) + "红"), OF_RED);
      close(recognizer.embed("\ud83d红\udc00"), OF_RED);
      close(recognizer.embed("\u0000\u001b[红\u202e\uffff"), OF_RED);
      // [CLS], four words and [SEP]: the blue one is cut off
      close(recognizer.embed("红色色色蓝"), OF_RED);
      close(recognizer.embed("红[SEP][PAD]"), OF_RED);
    }
  }

  @Test
  void textsAndPicturesShareAQueue() {
    try (Recognizer recognizer =
        Recognizer.builder(ModelFiles.texts(folder))
            .lanes(1)
            .queue(64)
            .batching(4, Duration.ofMillis(5))
            .load()) {
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        calls.add(recognizer.embedAsync(i % 4 == 0 ? BLUE : RED));
        calls.add(recognizer.embedAsync("红"));
      }
      for (int i = 0; i < 32; i++) {
        float[] vector = ((Answer.Embedded) calls.get(i).join()).vector();
        close(vector, i % 8 == 0 ? new float[] {0, 0, OF_RED[0], OF_RED[3]} : OF_RED);
      }
    }
  }

  @Test
  void textsHaveATimeoutButLabelsHaveNone() {
    try (Recognizer recognizer =
        Recognizer.builder(ModelFiles.texts(folder)).timeout(Duration.ofNanos(1)).load()) {
      assertThatThrownBy(() -> recognizer.embed("红")).isInstanceOf(DeadlineExceededException.class);
      Labels labels = Labels.of(List.of("红", "绿"));
      assertThat(recognizer.answers(List.of(), labels)).isEmpty();
      assertThat(recognizer.answer(RED, labels, Duration.ofMinutes(1)).results()).hasSize(2);
    }
  }

  @Test
  void aClosedOneRefusesTexts() {
    Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder));
    recognizer.close();

    assertThatThrownBy(() -> recognizer.embed("红")).isInstanceOf(RecognizerClosedException.class);
  }

  @Test
  void aModelWithoutATextTowerSaysSo() {
    Path goods = folder.resolve("goods");
    try (Recognizer recognizer = Recognizer.load(ModelFiles.colours(folder));
        Gallery gallery = Gallery.open(goods, recognizer)) {
      Labels labels = Labels.of(List.of("红"));
      assertThat(recognizer.model().texts()).isFalse();
      assertThatThrownBy(() -> recognizer.embed("红")).satisfies(reason(Reason.NO_TEXT));
      assertThatThrownBy(() -> recognizer.embedAsync("红")).satisfies(reason(Reason.NO_TEXT));
      assertThatThrownBy(() -> recognizer.score(RED, "红")).satisfies(reason(Reason.NO_TEXT));
      assertThatThrownBy(() -> recognizer.answer(RED, labels)).satisfies(reason(Reason.NO_TEXT));
      assertThatThrownBy(() -> gallery.search("红", 1)).satisfies(reason(Reason.NO_TEXT));
      assertThat(recognizer.recognize(TestPictures.png(9, 12, Color.RED))).isNotEmpty();
    }
  }

  @Test
  void aGalleryIsSearchedByAText() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder));
        Gallery gallery = Gallery.open(folder.resolve("goods"), recognizer)) {
      gallery.add("天", BLUE, Map.of());
      long red = gallery.add("花", RED, Map.of());

      List<Gallery.Neighbour> found = gallery.search("红", 5);

      assertThat(found).hasSize(2);
      assertThat(found.get(0).example().id()).isEqualTo(red);
      // a gallery's numbers are rounded to 1/2^15 or so
      assertThat(found.get(0).similarity()).isCloseTo(1, within(1e-4));
    }
  }
}
