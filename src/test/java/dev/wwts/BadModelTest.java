package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException.Reason;
import dev.wwts.fuzz.Damage;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model files that must be refused with one sentence, or read in a documented tolerant way. */
class BadModelTest {
  private static final byte[] RED = TestPictures.png(8, 8, Color.RED);

  @TempDir private static Path folder;
  private static byte[] good;

  @BeforeAll
  static void writeModel() throws IOException {
    good = Files.readAllBytes(ModelFiles.tiny(folder));
  }

  @Test
  void refusesWhatIsNoReadableFile() {
    refused(folder.resolve("none.pt"), Reason.UNREADABLE);
    refused(folder, Reason.UNREADABLE);
  }

  /** The flag stays, as for pictures: whoever interrupted wants the thread to end. */
  @Test
  void saysThatTheThreadWasInterrupted() throws IOException {
    Path file = write(good);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> Recognizer.load(file))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the thread was interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    Recognizer.load(file).close();
  }

  @Test
  void refusesAnEmptyFileAndOneThatIsNoZip() throws IOException {
    refused(write(new byte[0]), Reason.NOT_A_MODEL);
    refused(write("not a model".getBytes(StandardCharsets.UTF_8)), Reason.NOT_A_MODEL);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void refusesAFileTruncatedAtAnyTenth(int tenth) throws IOException {
    refused(write(Arrays.copyOf(good, good.length * tenth / 10)), Reason.NOT_A_MODEL);
  }

  @Test
  void refusesAPlainZipAndPathTricks() {
    refused(zip(Map.of("hello.txt", new byte[3])), Reason.NOT_A_MODEL);
    refused(zip(Map.of("a/hello.txt", new byte[3])), Reason.NOT_A_MODEL);
    for (String trick : new String[] {"bare/../../evil", "/etc/evil", "bare\\..\\evil"}) {
      Map<String, byte[]> entries = entries();
      entries.put(trick, new byte[3]);
      refused(zip(entries), Reason.CORRUPT);
    }
  }

  @Test
  void refusesATorchScriptFileWithoutManifest() {
    refused(folder.resolve("bare.pt"), Reason.NOT_A_MODEL);
  }

  @Test
  void tellsTheFileOfAManifestThatIsWrong() {
    Path file =
        model("m", ModelFiles.MANIFEST.replace("\"width\": 8", "\"width\": 0"), ModelFiles.LABELS);

    refused(file, Reason.BAD_MANIFEST);
  }

  @Test
  void refusesLabelsThatDoNotFit() {
    refused(model("m", ModelFiles.MANIFEST, "红\n绿\n"), Reason.BAD_LABELS);
    refused(model("m", ModelFiles.MANIFEST, "红\n绿\n蓝\n黄\n"), Reason.BAD_LABELS);
    refused(model("m", ModelFiles.MANIFEST, "红\n\n蓝\n"), Reason.BAD_LABELS);
    refused(model("m", ModelFiles.MANIFEST, "红\n\u3000 \n蓝\n"), Reason.BAD_LABELS);
    for (String moving : new String[] {"\u001b[2J", "\r", "\u0085", "\u2028", "\u202e", "\0"}) {
      refused(model("m", ModelFiles.MANIFEST, "红\n绿" + moving + "黄\n蓝\n"), Reason.BAD_LABELS);
    }
    refused(model("m", ModelFiles.MANIFEST, "红\n绿\n" + "蓝".repeat(1001) + "\n"), Reason.BAD_LABELS);
    byte[] invalid = {(byte) 0xff, '\n', 'b', '\n', 'c'};
    refused(ModelFiles.write(folder, "m", ModelFiles.MANIFEST, invalid), Reason.BAD_LABELS);
  }

  @Test
  void readsLabelsWithBomAndWindowsLineEndings() {
    Path file = model("m * 10", ModelFiles.MANIFEST, "\uFEFF红\r\n绿\r\n蓝");

    try (Recognizer recognizer = Recognizer.load(file)) {
      assertThat(recognizer.model().labels()).containsExactly("红", "绿", "蓝");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m[:, :2]",
        "x",
        "m.sum()",
        "(m, m)",
        "m / 0 * 0",
        "m.log() * w.sum() * 0 / 0",
        "x @ w",
        "m.view([-1])"
      })
  void refusesANetworkWhoseOutputDoesNotFit(String expression) {
    refused(model(expression, ModelFiles.MANIFEST, ModelFiles.LABELS), Reason.BAD_OUTPUT);
  }

  @Test
  void refusesWeightsThatAreNotANumber() {
    Path bare = folder.resolve("nan.pt");
    dev.wwts.internal.network.TestModels.write(bare, "m @ w", Float.NaN);
    Map<String, byte[]> entries = ModelFiles.entries(bare);
    entries.put("nan/extra/wwts.json", ModelFiles.MANIFEST.getBytes(StandardCharsets.UTF_8));
    entries.put("nan/extra/labels.txt", ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));

    refused(zip(entries), Reason.BAD_OUTPUT);
  }

  /**
   * A damaged file is refused, or its damage is where nothing reads and its answers are those of
   * the good one.
   */
  @Test
  void survivesTwoHundredMutations() throws IOException {
    Random random = new Random(20261123);
    List<Recognition> expected;
    try (Recognizer recognizer = Recognizer.load(write(good))) {
      expected = recognizer.recognize(RED);
    }
    int refused = 0;
    for (int i = 0; i < 200; i++) {
      Path file = write(Damage.of(List.of(good), random));
      try (Recognizer recognizer = Recognizer.load(file)) {
        assertThat(recognizer.recognize(RED)).as("mutation %d", i).isEqualTo(expected);
      } catch (ModelException e) {
        assertThat(e.getMessage()).contains(file.toString()).doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).as("most mutations hit something that is checked").isGreaterThan(100);
  }

  private static void refused(Path file, Reason reason) {
    assertThatThrownBy(() -> Recognizer.load(file).close())
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .message()
        .contains(file.toString())
        .endsWith(".")
        .doesNotContain("\n");
  }

  private static Path model(String expression, String manifest, String labels) {
    return ModelFiles.write(folder, expression, manifest, labels.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, byte[]> entries() {
    return new LinkedHashMap<>(ModelFiles.entries(folder.resolve("model.pt")));
  }

  private static Path zip(Map<String, byte[]> entries) {
    return ModelFiles.zip(folder.resolve("zipped.pt"), entries);
  }

  private static Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file.pt"), bytes);
  }
}
