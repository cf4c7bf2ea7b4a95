package dev.wwts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException.Reason;
import dev.wwts.internal.network.TestModels;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that do more than recognise, or answer with something else; and that trust lifts it. */
class UntrustedModelTest {
  private static final byte[] RED = TestPictures.png(8, 8, Color.RED);
  private static final byte[] BLUE = TestPictures.png(8, 8, Color.BLUE);

  @TempDir private static Path folder;

  @Test
  void anOperatorWithEffectsIsRefusedUnlessTheFileIsTrusted() throws Exception {
    Path written = folder.resolve("written");
    Path model = model("m * 10\n  torch.save(m, \"" + written + "\")", "torch.save");

    refused(model, Reason.UNTRUSTED, "torch.save");
    assertThat(written).doesNotExist();
    try (Recognizer recognizer = Recognizer.builder(model).trusted(true).load()) {
      assertThat(recognizer.recognize(RED).get(0).label()).isEqualTo("红");
    }
    assertThat(Files.size(written)).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          m > 0                                   | Bool
          m.int()                                 | Int
          (m * 100).to(0)                         | Byte
          torch.complex(m, m)                     | ComplexFloat
          m.to_sparse()                           | sparse
          torch.quantize_per_tensor(m, 0.1, 0, 12)| QInt8
          m.to("meta")                            | without numbers
          (m, m)                                  | one tensor
          [m, m]                                  | one tensor
          {"a": m}                                | one tensor
          None                                    | one tensor
          3                                       | one tensor
          """)
  void anAnswerThatIsNoArrayOfFloatsIsRefused(String expression, String named) {
    refused(model(expression, ""), Reason.BAD_OUTPUT, named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CODE/__torch__/a.py", "code/__torch__/a.PY", "model.json", "Model.JSON"})
  void codeInDisguiseIsRefused(String path) {
    Path model = ModelFiles.tiny(folder);
    Map<String, byte[]> entries = ModelFiles.entries(model);
    entries.put("bare/" + path, "def f(x: int) -> int:\n  return x\n".getBytes(UTF_8));

    refused(ModelFiles.zip(folder.resolve("disguised.pt"), entries), Reason.CORRUPT, path);
  }

  @Test
  void aNetworkThatFailsOnOnePictureFailsThatCallOnly() {
    Path model =
        model(
            "m * 10 + 0 * y.sum()\n",
            "if float(m[0, 0]) > 0.9 and float(m[0, 2]) < 0.1:",
            "x.view([7])",
            "x.relu_()");
    try (Recognizer recognizer = Recognizer.builder(model).lanes(1).load()) {
      for (int round = 0; round < 3; round++) {
        assertThatThrownBy(() -> recognizer.recognize(RED))
            .isInstanceOfSatisfying(
                ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_OUTPUT))
            .message()
            .doesNotContain("\n");
        assertThat(recognizer.recognize(BLUE).get(0).label()).isEqualTo("蓝");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"'x.resize_([1, 1])'", "'x.set_(torch.zeros([2, 2]))'", "'x.unsqueeze_(0)'"})
  void aTrustedNetworkThatReshapesItsInputOnceAnswersTheNext(String effect) {
    Path model =
        model("m * 10\n", "if float(m[0, 0]) > 0.9 and float(m[0, 2]) < 0.1:", effect, "x.relu_()");
    try (Recognizer recognizer = Recognizer.builder(model).trusted(true).lanes(1).load()) {
      for (int round = 0; round < 3; round++) {
        assertThat(recognizer.recognize(RED).get(0).label()).isEqualTo("红");
        assertThat(recognizer.recognize(BLUE).get(0).label()).isEqualTo("蓝");
      }
    }
  }

  private static Path model(String expression, String condition, String then, String otherwise) {
    Path bare = folder.resolve("bare.pt");
    TestModels.define(
        bare,
        "def forward(self, x):\n  m = x.mean([2, 3])\n  "
            + condition
            + "\n    y = "
            + then
            + "\n  else:\n    y = "
            + otherwise
            + "\n  return "
            + expression);
    return ModelFiles.of(folder, bare);
  }

  /** An expression, and what is done before it. */
  private static Path model(String expression, String named) {
    Path bare = folder.resolve("bare.pt");
    String[] parts = expression.split("\n", 2);
    TestModels.define(
        bare,
        "def forward(self, x):\n  m = x.mean([2, 3])\n"
            + (parts.length > 1 ? parts[1] + "\n" : "")
            + "  return "
            + parts[0]
            + "\n");
    assertThat(new String(code(bare), UTF_8)).contains(named);
    return ModelFiles.of(folder, bare);
  }

  private static byte[] code(Path bare) {
    for (Map.Entry<String, byte[]> entry : ModelFiles.entries(bare).entrySet()) {
      if (entry.getKey().endsWith("__torch__.py")) {
        return entry.getValue();
      }
    }
    throw new AssertionError("no code");
  }

  private static void refused(Path file, Reason reason, String named) {
    assertThatThrownBy(() -> Recognizer.load(file).close())
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .message()
        .contains(file.toString())
        .contains(named)
        .endsWith(".")
        .doesNotContain("\n");
  }
}
