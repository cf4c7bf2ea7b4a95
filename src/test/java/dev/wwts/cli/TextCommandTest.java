package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts and labels on the command line, of a model that knows colours. */
class TextCommandTest {
  @TempDir private Path folder;
  private Path model;
  private Path red;
  private Path blue;

  @BeforeEach
  void write() throws IOException {
    model = ModelFiles.texts(folder);
    red = Files.write(folder.resolve("red.png"), TestPictures.png(9, 9, Color.RED));
    blue = Files.write(folder.resolve("blue.png"), TestPictures.png(9, 9, Color.BLUE));
  }

  @Test
  void embedsPicturesAndTexts() {
    Run run =
        Run.of("embed", "--json", "--model", model, "--text", "红", red, folder.resolve("no.png"));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.json(0).get("file").asText()).isEqualTo(red.toString());
    assertThat(run.json(1).at("/error/type").asText()).isEqualTo("UNREADABLE");
    assertThat(run.json(2).get("text").asText()).isEqualTo("红");
    for (int line : new int[] {0, 2}) {
      // a red picture's colour and a half, of length 1
      assertThat(run.json(line).at("/embedding/0").asDouble()).isCloseTo(0.894427, within(1e-6));
      assertThat(run.json(line).get("embedding")).hasSize(4);
    }
    Run people = Run.of("embed", "--model", model, "--text", "绿");
    assertThat(people.err()).isEmpty();
    assertThat(people.out())
        .contains("[INFO] 正在处理文本: 绿", "[RESULT] 向量 (4): 0.0 0.8944272 0.0 0.4472136");
  }

  @Test
  void recognisesAmongLabelsOfAFile() throws IOException {
    Path labels = Files.writeString(folder.resolve("l.txt"), "\uFEFF绿\tgreen\r\n红\tred\n");
    Run run =
        Run.of(
            "recognize",
            "--json",
            "--labels-file",
            labels,
            "--prompt",
            "{}色",
            "--model",
            model,
            red);
    assertThat(run.err()).isEmpty();
    assertThat(run.json(0).at("/results/0/label").asText()).isEqualTo("红");
    assertThat(run.json(0).at("/results/0/index").asInt()).isEqualTo(1);
    assertThat(run.json(0).get("results")).hasSize(2);

    Run none =
        Run.of(
            "recognize",
            "--json",
            "--labels-file",
            labels,
            "--min-similarity",
            "0.5",
            "--model",
            model,
            blue);
    assertThat(none.json(0).get("results")).isEmpty();
    assertThat(Run.of("recognize", "--labels-file", labels, "--model", model, red).out())
        .contains("红");
  }

  @Test
  void searchesAGalleryByAText() {
    Path gallery = folder.resolve("gallery");
    Run.of("gallery", "add", "--model", model, "--gallery", gallery, "--label", "花", red);
    Run.of("gallery", "add", "--model", model, "--gallery", gallery, "--label", "天", blue);

    Run run =
        Run.of(
            "gallery", "search", "--json", "--text", "蓝", "--model", model, "--gallery", gallery);

    assertThat(run.err()).isEmpty();
    assertThat(run.json(0).get("text").asText()).isEqualTo("蓝");
    assertThat(run.json(0).at("/results/0/label").asText()).isEqualTo("天");
    assertThat(
            Run.of("gallery", "search", "--text", "红", "--model", model, "--gallery", gallery)
                .out())
        .contains("[INFO] 正在处理文本: 红", "- 花（编号 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          embed                                   | Say what to embed
          recognize x.png                         | has no labels of its own
          recognize --prompt {} x.png             | --labels-file
          recognize --labels-file none.txt x.png  | none.txt can't be read
          recognize --labels-file blank.txt x.png | line 2
          recognize --labels-file bytes.txt x.png | not UTF-8
          recognize --labels-file good.txt --prompt x x.png | no {}
          gallery search --gallery g              | Say what to search for
          """)
  void saysWhatIsMissing(String command, String named) throws IOException {
    Files.writeString(folder.resolve("blank.txt"), "红\n\n绿\n");
    Files.writeString(folder.resolve("good.txt"), "红\n");
    Files.write(folder.resolve("bytes.txt"), new byte[] {(byte) 0xff, 10});
    Files.copy(red, folder.resolve("x.png"));
    List<Object> arguments = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      arguments.add(word.matches("\\w+\\.\\w+|g") ? folder.resolve(word) : word);
    }
    arguments.add("--model");
    arguments.add(model);

    Run run = Run.of(arguments);

    assertThat(run.code()).isEqualTo(Wwts.UNUSABLE);
    assertThat(run.err()).startsWith("[ERROR] ").contains(named).hasLineCount(1);
  }

  @Test
  void aModelWithoutTextsSaysSo() {
    Path plain = ModelFiles.colours(folder);
    Run run = Run.of("embed", "--text", "红", "--model", plain);

    assertThat(run.code()).isEqualTo(Wwts.UNUSABLE);
    assertThat(run.err()).contains("knows no texts").hasLineCount(1);
  }
}
