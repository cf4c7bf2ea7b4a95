package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts, of a tower whose embeddings can be worked out by hand: the colours named, and a half. */
class TextTest {
  private static final Picture RED = Picture.of(TestPictures.png(9, 12, Color.RED));
  private static final Picture BLUE = Picture.of(TestPictures.png(9, 12, Color.BLUE));
  private static final Picture BAD = Picture.of(new byte[] {1, 2, 3});

  /** The length of a colour and a half. */
  private static final float NORM = (float) Math.sqrt(1.25);

  private static final float[] OF_RED = {1 / NORM, 0, 0, 0.5f / NORM};
  private static final float[] OF_NOTHING = {0, 0, 0, 1};

  /** A float's rounding of numbers up to 1. */
  private static final double ROUNDING = 1e-6;

  @TempDir private Path folder;

  private static void close(float[] vector, float[] expected) {
    assertThat(vector).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) vector[i]).isCloseTo(expected[i], within(ROUNDING));
    }
  }

  private static Consumer<Throwable> reason(Reason reason) {
    return error -> {
      assertThat(error).isInstanceOf(ModelException.class);
      assertThat(((ModelException) error).reason()).isEqualTo(reason);
      assertThat(error).hasMessageMatching("[^\\p{Cntrl}]{1,300}");
    };
  }

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
  void labelsThatAreGivenAreRecognisedLikeClasses() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      Labels colours = Labels.of(List.of("绿", "红", "蓝"), "{}色");

      Answer.Recognized answer = recognizer.answer(RED, colours);

      assertThat(answer.results()).extracting(Recognition::label).containsExactly("红", "绿", "蓝");
      assertThat(answer.best().index()).isEqualTo(1);
      // softmax of 10 x the cosines 1, 0.2 and 0.2
      double expected = 1 / (1 + 2 * Math.exp(10 * (0.2 - 1)));
      assertThat(answer.best().confidence()).isCloseTo(expected, within(ROUNDING));

      List<Answer> batch = recognizer.answers(List.of(BLUE, BAD, RED), colours);
      assertThat(((Answer.Recognized) batch.get(0)).best().label()).isEqualTo("蓝");
      assertThat(batch.get(1)).isInstanceOf(Answer.Refused.class);
      assertThat(((Answer.Recognized) batch.get(2)).results()).isEqualTo(answer.results());
      Answer async = recognizer.answerAsync(BLUE, colours).join();
      assertThat(((Answer.Recognized) async).best().label()).isEqualTo("蓝");
    }
  }

  @Test
  void severalTemplatesAreAveraged() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      Labels colours = Labels.of(List.of("红", "蓝"), "{}色", "{}绿");

      double confidence = recognizer.answer(RED, colours).best().confidence();

      // of 红: (1, 0, 0, .5) / 1.118 + (1, 1, 0, .5) / 1.5, of length 1 again
      double[] red = {1 / NORM + 1 / 1.5, 1 / 1.5, 0, 0.5 / NORM + 0.5 / 1.5};
      double norm = Math.sqrt(red[0] * red[0] + red[1] * red[1] + red[3] * red[3]);
      double ofRed = (red[0] + 0.5 * red[3]) / norm / NORM;
      double ofBlue = 0.5 * red[3] / norm / NORM;
      assertThat(confidence).isCloseTo(1 / (1 + Math.exp(10 * (ofBlue - ofRed))), within(ROUNDING));
    }
  }

  @Test
  void thresholdsAreOfSimilarityAndOfConfidence() {
    Path file = ModelFiles.texts(folder);
    Labels labels = Labels.of(List.of("绿", "蓝"), "{}");
    try (Recognizer recognizer = Recognizer.load(file)) {
      assertThat(recognizer.answer(BLUE, labels).results()).hasSize(2);
      Labels similar = labels.withMinSimilarity(0.5);
      assertThat(recognizer.answer(BLUE, similar).results())
          .extracting(Recognition::label)
          .containsExactly("蓝");
      assertThat(recognizer.answer(RED, similar).results()).isEmpty();
      assertThat(recognizer.answer(RED, similar).best().confidence())
          .isCloseTo(0.5, within(ROUNDING));
      assertThat(recognizer.answer(RED, labels.withThreshold(0.6)).results()).isEmpty();
    }
    try (Recognizer strict = Recognizer.builder(file).threshold(0.6).topK(1).load()) {
      assertThat(strict.answer(RED, labels).results()).isEmpty();
      assertThat(strict.answer(BLUE, labels).results()).hasSize(1);
      assertThat(strict.answer(RED, labels.withThreshold(0)).results()).hasSize(1);
    }
  }

  /** SigLIP asks about each label for itself; CLIP, which of them it is. */
  @Test
  void confidencesAreSigmoidsWhereTheModelSaysSo() {
    String manifest =
        ModelFiles.TEXT_MANIFEST.replace(
            "\"logit_scale\": 10.0",
            "\"logit_scale\": 10.0, \"logit_bias\": -5.0, \"activation\": \"sigmoid\"");
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", String.join("\n", ModelFiles.WORDS));
    Labels colours = Labels.of(List.of("绿", "红", "红色", "蓝"), "{}");
    try (Recognizer recognizer = Recognizer.builder(file).topK(1).load()) {
      Answer.Recognized answer = recognizer.answer(RED, colours);
      // sigmoid of 10 x the cosine of 1, and less 5
      double sure = 1 / (1 + Math.exp(-5));
      assertThat(answer.best().label()).isEqualTo("红");
      assertThat(answer.best().confidence()).isCloseTo(sure, within(ROUNDING));
      assertThat(answer.results()).hasSize(1);
      assertThat(answer.tags()).isEmpty();

      Answer.Recognized tagged = recognizer.answer(RED, colours.withThreshold(0.5));
      assertThat(tagged.results()).hasSize(1);
      // all that reach it, however many are shown
      assertThat(tagged.tags()).extracting(Recognition::label).containsExactly("红", "红色");
      assertThat(tagged.tags().get(1).confidence()).isCloseTo(sure, within(ROUNDING));

      Labels others = colours.withNames(List.of("绿", "蓝"));
      // of a cosine of 0.2
      double unsure = 1 / (1 + Math.exp(3));
      assertThat(recognizer.answer(RED, others).best().confidence())
          .isCloseTo(unsure, within(ROUNDING));
      Answer.Recognized none = recognizer.answer(RED, others.withThreshold(0.5));
      assertThat(none.results()).isEmpty();
      assertThat(none.tags()).isEmpty();
    }
  }

  @Test
  void textsAreAskedAboutOnce() {
    List<CallEnd> ends = new ArrayList<>();
    Path file = ModelFiles.texts(folder);
    try (Recognizer recognizer =
        Recognizer.builder(file)
            .listener(
                end -> {
                  synchronized (ends) {
                    ends.add(end);
                  }
                })
            .load()) {
      Labels colours = Labels.of(List.of("红", "绿"));
      recognizer.answer(RED, colours);
      recognizer.answer(RED, colours.withThreshold(0.1));
      assertThat(texts(ends)).containsExactly(2);
      assertThat(recognizer.answer(BLUE, colours.withNames(List.of("绿", "蓝"))).best().label())
          .isEqualTo("蓝");
      assertThat(texts(ends)).containsExactly(2, 1);
    }
    try (Recognizer other = Recognizer.load(file)) {
      assertThat(other.stats().answered()).isZero();
    }
  }

  /** How many each call asked about; listeners hear in the calls' threads, before these return. */
  private static List<Integer> texts(List<CallEnd> ends) {
    synchronized (ends) {
      return ends.stream()
          .filter(end -> end.pictures() == 0)
          .map(end -> end.answers().size())
          .toList();
    }
  }

  @Test
  void manyLabelsAreEmbeddedSomeAtATime() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      List<String> names = new ArrayList<>(List.of("蓝"));
      for (int i = 0; i < 100; i++) {
        names.add("绿" + "a".repeat(i));
      }
      assertThat(recognizer.answer(BLUE, Labels.of(names, "{}")).best().label()).isEqualTo("蓝");
      // 101 texts by 16, and the picture
      assertThat(recognizer.stats().answered()).isEqualTo(8);
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
  void aModelWithoutLabelsSaysSo() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      assertThatThrownBy(() -> recognizer.answer(RED)).satisfies(reason(Reason.NO_LABELS));
      assertThatThrownBy(() -> recognizer.answers(List.of(RED)))
          .satisfies(reason(Reason.NO_LABELS));
      assertThatThrownBy(() -> recognizer.answerAsync(RED)).satisfies(reason(Reason.NO_LABELS));
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

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u200b", "红,红"})
  void labelsThatAreNoneAreRefusedAtOnce(String names) {
    List<String> all = List.of(names.split(","));
    assertThatThrownBy(() -> Labels.of(all)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void settingsOfLabelsAreChecked() {
    Labels labels = Labels.of(List.of("红"));
    for (Runnable it :
        List.<Runnable>of(
            () -> Labels.of(List.of()),
            () -> Labels.of(List.of("红"), "一张图片"),
            () -> labels.withNames(List.of()),
            () -> labels.withThreshold(Double.NaN),
            () -> labels.withThreshold(1.1),
            () -> labels.withMinSimilarity(-2))) {
      assertThatThrownBy(it::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("[^\\p{Cntrl}]{1,300}");
    }
    assertThat(labels.withNames(List.of("绿")).names()).containsExactly("绿");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "length": 6,          | "length": 1,            | BAD_MANIFEST | text.length
          "length": 6,          | "length": 513,          | BAD_MANIFEST | text.length
          "longest_word": 200   | "longest_word": 0       | BAD_MANIFEST | text.longest_word
          "logit_scale": 10.0   | "logit_scale": 0        | BAD_MANIFEST | text.logit_scale
          "logit_scale": 10.0   | "scale": 10.0           | BAD_MANIFEST | text.logit_scale
          "bert"                | "ernie"                 | BAD_MANIFEST | text.tokenizer
          "bert"                | "clip"                  | BAD_MANIFEST | text.merges
          "logit_scale": 10.0   | "logit_scale": 1, "activation": "none" | BAD_MANIFEST | text.activation
          "logit_scale": 10.0   | "logit_scale": 1, "logit_bias": "low"  | BAD_MANIFEST | text.logit_bias
          "text/network.pt"     | "text/other.pt"         | CORRUPT      | text/other.pt
          "text/network.pt"     | "text/vocabulary.txt"   | NOT_A_MODEL  | text.pt
          "text/vocabulary.txt" | "text/words.txt"        | CORRUPT      | text/words.txt
          "text/vocabulary.txt" | "wwts.json"             | BAD_LABELS   | vocabulary
          "length": 4,          | "length": 5,            | BAD_OUTPUT   | embedding
          "classes": 0          | "classes": 1            | BAD_LABELS   | 0 labels
          "text": {             | "words": {              | BAD_MANIFEST | output.classes
          """)
  void namesWhatIsWrong(String from, String to, Reason reason, String named) {
    String manifest = ModelFiles.TEXT_MANIFEST.replace(from, to);
    assertThat(manifest).isNotEqualTo(ModelFiles.TEXT_MANIFEST);
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", String.join("\n", ModelFiles.WORDS));

    assertThatThrownBy(() -> Recognizer.load(file).close())
        .satisfies(reason(reason))
        .hasMessageContaining(named.equals("text.pt") ? file.toString() : named);
  }

  /** A vocabulary of pairs that is none, or whose ids are nothing's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [                   | "pad": 0  | BAD_LABELS   | not JSON
          {"a": "b"}          | "pad": 0  | BAD_LABELS   | no list of texts
          [1]                 | "pad": 0  | BAD_LABELS   | no list of texts
          ["a", "b"]          | "pad": 0  | BAD_LABELS   | <0x00>
          ["a", "b"]          | "pad": -1 | BAD_MANIFEST | text.pad
          ["a", "b"]          | "pad": 0, "start": 0.5 | BAD_MANIFEST | text.start
          """)
  void namesWhatIsWrongWithPairs(String vocabulary, String pad, Reason reason, String named) {
    String manifest =
        ModelFiles.TEXT_MANIFEST
            .replace("\"bert\"", "\"gemma\"")
            .replace(
                "\"longest_word\": 200",
                "\"merges\": \"labels.txt\", \"lowercase\": true, \"end\": 1, \"added_tokens\": [], \"normalised_tokens\": [], "
                    + pad);
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", vocabulary);

    assertThatThrownBy(() -> Recognizer.load(file).close())
        .satisfies(reason(reason))
        .hasMessageContaining(named);
  }

  /** More words than rows, another shape, no numbers: at load, not at the first rare text. */
  @ParameterizedTest
  @CsvSource({
    "y.sum(1), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne'",
    "y.sum(1), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\na\nb\nb\nc'",
    "y, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "'y.sum(1)[:1]', '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "x, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'",
    "y.sum(1) / 0, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]'"
  })
  void aTowerThatGivesAnythingElseIsRefusedAtLoad(String sum, String words) {
    Path file = ModelFiles.texts(folder, ModelFiles.TEXT_MANIFEST, sum, words);

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.BAD_OUTPUT));
  }

  /** Whole by the checksum of the file around it, and no file itself. */
  @ParameterizedTest
  @CsvSource({"0, NOT_A_MODEL", "30, NOT_A_MODEL", "0.5, NOT_A_MODEL", "-1, CORRUPT"})
  void aTowersFileThatIsCutOffOrPaddedIsRefused(double part, Reason reason) {
    Path whole = ModelFiles.texts(folder);
    Map<String, byte[]> entries = ModelFiles.entries(whole);
    String tower =
        entries.keySet().stream().filter(it -> it.endsWith("network.pt")).findFirst().orElseThrow();
    byte[] bytes = Objects.requireNonNull(entries.get(tower));
    int length = (int) (part < 0 ? bytes.length + 1 : part < 1 ? bytes.length * part : part);
    entries.put(tower, Arrays.copyOf(bytes, length));
    Path cut = ModelFiles.zip(folder.resolve("cut.pt"), entries);

    assertThatThrownBy(() -> Recognizer.load(cut).close()).satisfies(reason(reason));
  }

  @Test
  void theTowersRecordsAreAsLongAsItsPickleSays() {
    Path whole = ModelFiles.texts(folder);
    Map<String, byte[]> entries = ModelFiles.entries(whole);
    String tower =
        entries.keySet().stream().filter(it -> it.endsWith("network.pt")).findFirst().orElseThrow();
    Map<String, byte[]> inner = ModelFiles.entries(folder.resolve("words.pt"));
    inner.replaceAll((name, bytes) -> name.endsWith("data/0") ? Arrays.copyOf(bytes, 4) : bytes);
    entries.put(tower, read(ModelFiles.zip(folder.resolve("short.pt"), inner)));
    Path file = ModelFiles.zip(folder.resolve("bad.pt"), entries);

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.CORRUPT));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theTowersCodeIsCheckedLikeTheNetworks() {
    Path file =
        ModelFiles.texts(
            folder,
            ModelFiles.TEXT_MANIFEST,
            "torch.from_file('/etc/passwd', False, 4, dtype=6).expand([x.size(0), 4])",
            String.join("\n", ModelFiles.WORDS));

    assertThatThrownBy(() -> Recognizer.load(file).close()).satisfies(reason(Reason.UNTRUSTED));
  }
}
