package dev.wwts.internal.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.Kit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The ids that transformers' BertTokenizer gives. */
class BertTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path VOCABULARY = Path.of("src/test/resources/bert_vocabulary.txt");

  /** The line-separator is a piece of Chinese BERT's vocabulary, and no end of a line. */
  @Test
  void readsAVocabularyAsPythonDoes() {
    assertThat(Vocabulary.of("[PAD]\n[UNK]\r\n[CLS]\r[SEP]\n[MASK]\n\u2028\na\n").size())
        .isEqualTo(7);
    assertThatThrownBy(() -> Vocabulary.of("[PAD]\n[UNK]\n[CLS]\n[SEP]\n"))
        .hasMessage("The vocabulary has no [MASK].");
    String marked = String.join("\n", Vocabulary.SPECIAL) + "\nx\u1b44\n";
    assertThatThrownBy(() -> Vocabulary.of(marked)).hasMessageContaining("combining marks");
  }

  @Test
  void cutsToTheLengthAndKeepsBothEnds() throws IOException {
    BertTokenizer tokenizer = tokenizer(VOCABULARY);
    int start = tokenizer.ids("", 2)[0];
    int end = tokenizer.ids("", 2)[1];
    int tea = tokenizer.ids("tea", 3)[1];
    assertThat(tokenizer.ids("tea tea", 2)).containsExactly(start, end);
    assertThat(tokenizer.ids("tea tea", 3)).containsExactly(start, tea, end);
    assertThat(tokenizer.ids("TÉA tea", 5)).containsExactly(start, tea, tea, end);
    assertThatThrownBy(() -> tokenizer.ids("tea", 1)).hasMessageContaining("2 ids or more");
  }

  /** Python can't hold them. */
  @Test
  void leavesOutHalvesOfPairs() throws IOException {
    BertTokenizer tokenizer = tokenizer(VOCABULARY);
    assertThat(tokenizer.ids("\ud83dte\udc00a\ud83d", 8)).isEqualTo(tokenizer.ids("tea", 8));
  }

  /** 150 texts of models/bert_tokens.py with a vocabulary of 200 pieces. */
  @Test
  void givesPythonsIds() throws IOException {
    try (InputStream texts = getClass().getResourceAsStream("/bert_texts.jsonl")) {
      assertThat(compare(tokenizer(VOCABULARY), Objects.requireNonNull(texts))).isEqualTo(150);
    }
  }

  /** The 16 texts that Chinese-CLIP's own tokenizer was asked. */
  @Test
  void givesChineseClipsIds() throws IOException {
    Path kit = Kit.folder().resolve("tokenizer");
    BertTokenizer tokenizer =
        new BertTokenizer(
            Vocabulary.of(Files.readString(kit.resolve("vocab.txt"))),
            BertTokenizer.LONGEST_WORD_OF_CHINESE_CLIP);
    JsonNode texts = JSON.readTree(kit.resolve("wordpiece_golden.json").toFile());
    assertThat(texts).hasSize(16);
    for (JsonNode text : texts) {
      assertIds(tokenizer, text);
    }
  }

  /** -Dwwts.texts=100000 for more. */
  @Test
  void givesPythonsIdsForNewTexts() throws IOException {
    Path vocabulary = Kit.folder().resolve("tokenizer/vocab.txt");
    String python = System.getenv("WWTS_PYTHON");
    assumeTrue(python != null, "skipped: WWTS_PYTHON names no Python with transformers");
    String count = System.getProperty("wwts.texts", "5000");
    Process made =
        new ProcessBuilder(
                python, "models/bert_tokens.py", "texts", vocabulary.toString(), count, "52")
            .redirectError(Redirect.DISCARD)
            .start();
    assertThat(compare(tokenizer(vocabulary), made.getInputStream()))
        .isEqualTo(Integer.parseInt(count));
  }

  private static int compare(BertTokenizer tokenizer, InputStream texts) throws IOException {
    int compared = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(texts, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        assertIds(tokenizer, JSON.readTree(line));
        compared++;
      }
    }
    return compared;
  }

  private static void assertIds(BertTokenizer tokenizer, JsonNode text) {
    int[] expected = JSON.convertValue(text.get("ids"), int[].class);
    int[] ids = tokenizer.ids(text.get("text").asText(), expected.length);
    int[] filled = Arrays.copyOf(ids, expected.length);
    Arrays.fill(filled, ids.length, filled.length, tokenizer.pad());
    assertThat(filled).as("%s", text).isEqualTo(expected);
  }

  private static BertTokenizer tokenizer(Path vocabulary) throws IOException {
    return new BertTokenizer(Vocabulary.of(Files.readString(vocabulary)));
  }
}
