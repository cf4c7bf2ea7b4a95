package dev.wwts.internal.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids that transformers' CLIPTokenizer and Siglip2Tokenizer give. */
class PairTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** 150 texts of models/clip_tokens.py, with vocabularies learnt from this project's texts. */
  @ParameterizedTest
  @ValueSource(strings = {"clip", "gemma"})
  void givesPythonsIds(String style) throws IOException {
    try (InputStream texts = resource(style + "_texts.jsonl")) {
      assertThat(compare(tokenizer(style), texts)).isEqualTo(150);
    }
  }

  /** -Dwwts.texts=100000 for more, -Dwwts.tokenizer.clip=FOLDER for another vocabulary. */
  @ParameterizedTest
  @CsvSource({"clip, 77", "gemma, 64"})
  void givesPythonsIdsForNewTexts(String style, String length) throws IOException {
    String python = System.getenv("WWTS_PYTHON");
    assumeTrue(python != null, "skipped: WWTS_PYTHON names no Python with transformers");
    String given = System.getProperty("wwts.tokenizer." + style, "");
    String learnt = given.isEmpty() ? folder.toString() : given;
    if (given.isEmpty()) {
      String[] train = {"train", style, learnt, "3000", "README.md", "README.zh-CN.md"};
      run(python, train).readAllBytes();
    }
    PairTokenizer tokenizer = tokenizer(JSON.readTree(run(python, "write", learnt)));
    String count = System.getProperty("wwts.texts", "3000");
    assertThat(compare(tokenizer, run(python, "texts", learnt, count, length)))
        .isEqualTo(Integer.parseInt(count));
  }

  private static InputStream run(String python, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(python, "models/clip_tokens.py"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start().getInputStream();
  }

  @Test
  void cutsToTheLengthAndKeepsBothEnds() throws IOException {
    PairTokenizer clip = tokenizer("clip");
    int start = clip.size() - 2;
    int end = clip.size() - 1;
    int a = clip.ids("a", 3)[1];
    assertThat(clip.ids("", 2)).containsExactly(start, end);
    assertThat(clip.ids(" \u3000\n", 77)).containsExactly(start, end);
    assertThat(clip.ids("a a", 2)).containsExactly(start, end);
    assertThat(clip.ids("A a", 3)).containsExactly(start, a, end);
    assertThat(clip.ids("<|endoftext|>a", 77)).containsExactly(start, end, a, end);
    assertThat(clip.pad()).isEqualTo(end);
    PairTokenizer gemma = tokenizer("gemma");
    assertThat(gemma.ids("", 64)).containsExactly(1);
    assertThat(gemma.ids("<bos>a<pad>", 64)).hasSize(4).startsWith(2).endsWith(0, 1);
    assertThatThrownBy(() -> clip.ids("tea", 1)).hasMessageContaining("2 ids or more");
  }

  /** Python can't hold them. */
  @ParameterizedTest
  @ValueSource(strings = {"clip", "gemma"})
  void leavesOutHalvesOfPairs(String style) throws IOException {
    PairTokenizer tokenizer = tokenizer(style);
    assertThat(tokenizer.ids("\ud83dte\udc00a\ud83d", 8)).isEqualTo(tokenizer.ids("tea", 8));
  }

  /** One word of a million letters: neither the square of their number nor memory without bound. */
  @ParameterizedTest
  @ValueSource(strings = {"clip", "gemma"})
  void longWordsTakeAsLongAsTheyAre(String style) throws IOException {
    PairTokenizer tokenizer = tokenizer(style);
    int[] ids = tokenizer.ids("ab".repeat(5_000), 64);
    assertThat(tokenizer.ids("ab".repeat(1_000_000), 64)).hasSize(64).isEqualTo(ids);
    assertThat(tokenizer.ids("<|endoftext|> <eos>".repeat(100_000), 64)).hasSize(64);
  }

  @Test
  void vocabulariesThatAreNoneAreRefused() {
    List<String> bytes = IntStream.range(0, 256).mapToObj("<0x%02X>"::formatted).toList();
    List<String> pieces = new ArrayList<>(bytes);
    pieces.addAll(List.of("a", "b", "ab", "<eos>"));
    assertThat(gemma(pieces, List.of("256 257"), 259).ids("ab", 9)).containsExactly(258, 259);
    for (String merge : List.of("256", "", "256 x", "256 260", "-1 2", "256 256", "9999999 1")) {
      assertThatThrownBy(() -> gemma(pieces, List.of(merge), 259))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> gemma(pieces, List.of(), 260)).hasMessageContaining("no piece 260");
    assertThatThrownBy(() -> gemma(bytes.subList(0, 255), List.of(), 0))
        .hasMessageContaining("lacks '<0xFF>'");
    assertThatThrownBy(() -> gemma(List.of(), List.of(), 0)).hasMessageContaining("0 pieces");
    assertThatThrownBy(() -> gemma(List.of("a".repeat(1001)), List.of(), 0))
        .hasMessageContaining("1,000 characters");
    PairTokenizer.Special special =
        new PairTokenizer.Special(OptionalInt.empty(), 0, 0, List.of(), List.of());
    assertThatThrownBy(
            () ->
                new PairTokenizer(
                    new BytePairs(bytes, List.of()), PairTokenizer.Style.CLIP, special))
        .hasMessageContaining("lacks '\u0100'");
  }

  private static PairTokenizer gemma(List<String> pieces, List<String> merges, int end) {
    return new PairTokenizer(
        new BytePairs(pieces, merges),
        PairTokenizer.Style.GEMMA,
        new PairTokenizer.Special(OptionalInt.empty(), end, end, List.of(), List.of()));
  }

  private static int compare(PairTokenizer tokenizer, InputStream texts) throws IOException {
    int compared = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(texts, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode text = JSON.readTree(line);
        assertThat(tokenizer.ids(text.get("text").asText(), text.get("length").asInt()))
            .as("%s", text)
            .isEqualTo(JSON.convertValue(text.get("ids"), int[].class));
        compared++;
      }
    }
    return compared;
  }

  private static PairTokenizer tokenizer(String style) throws IOException {
    try (InputStream told = resource(style + "_tokenizer.json")) {
      return tokenizer(JSON.readTree(told));
    }
  }

  private static PairTokenizer tokenizer(JsonNode told) throws IOException {
    JsonNode text = told.path("text");
    String[] pieces = JSON.readValue(told.path("text/vocabulary.json").asText(), String[].class);
    boolean isClip = text.path("tokenizer").asText().equals("clip");
    return new PairTokenizer(
        new BytePairs(
            Arrays.asList(pieces), told.path("text/merges.txt").asText().lines().toList()),
        isClip
            ? PairTokenizer.Style.CLIP
            : text.path("lowercase").asBoolean()
                ? PairTokenizer.Style.GEMMA_LOWER
                : PairTokenizer.Style.GEMMA,
        new PairTokenizer.Special(
            text.has("start") ? OptionalInt.of(text.path("start").asInt()) : OptionalInt.empty(),
            text.path("end").asInt(),
            text.path("pad").asInt(),
            ids(text.path("added_tokens")),
            ids(text.path("normalised_tokens"))));
  }

  private static List<Integer> ids(JsonNode list) {
    return Arrays.asList(JSON.convertValue(list, Integer[].class));
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(PairTokenizerTest.class.getResourceAsStream("/" + name));
  }
}
