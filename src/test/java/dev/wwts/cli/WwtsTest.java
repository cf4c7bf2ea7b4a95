package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import dev.wwts.internal.network.TestModels;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line: what it prints, where, and its exit codes. */
class WwtsTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path folder;
  private static String model = "";
  private static String red = "";
  private static String broken = "";

  @BeforeAll
  static void write() throws IOException {
    model = ModelFiles.tiny(folder).toString();
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    red = Files.write(pictures.resolve("a.png"), TestPictures.png(9, 9, Color.RED)).toString();
    broken = Files.write(pictures.resolve("b.jpg"), new byte[] {1, 2, 3}).toString();
    Files.writeString(pictures.resolve("notes.txt"), "not a picture");
  }

  @Test
  void limitsOfPicturesAreOptions() {
    assertThat(Run.of("recognize", "--model", model, "--max-pixels", "80", red).err())
        .contains("9 x 9 = 81 pixels, more than the limit of 80", "--max-pixels");
    assertThat(Run.of("recognize", "--model", model, "--max-bytes", "20", red).err())
        .contains("more than the limit of 20", "--max-bytes");
    assertThat(
            Run.of("recognize", "--model", model, "--max-pixels=0.1MP", "--max-bytes=1MB", red)
                .code())
        .isZero();
    assertThat(Run.of("recognize", "--model", model, "--max-pixels", "0", red).err())
        .contains("maxPixels must be 1 to");
  }

  @Test
  void printsLabelsAsTheArticleDoes() {
    Run run = Run.of("recognize", "--model", model, "--top", "2", red);

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("[INFO] 加载模型中...", "[INFO] 正在处理图像: " + red, "[RESULT] 识别结果:")
        .contains("- 红 (置信度: 1.00)")
        .contains("[INFO] 总耗时: ");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void printsOneJsonObjectAPictureAndNothingElse() throws IOException {
    Run run = Run.of("recognize", "--model", model, "--json", red, broken);

    assertThat(run.code()).isEqualTo(1);
    String[] lines = run.out().strip().split("\n");
    assertThat(lines).hasSize(2);
    JsonNode good = JSON.readTree(lines[0]);
    assertThat(good.get("file").asText()).isEqualTo(red);
    assertThat(good.at("/results/0/label").asText()).isEqualTo("红");
    assertThat(good.at("/results/0/index").asInt(-1)).isZero();
    assertThat(good.at("/results/0/confidence").asDouble()).isGreaterThan(0.99);
    assertThat(good.get("millis").fieldNames())
        .toIterable()
        .containsExactly("decode", "preprocess", "forward", "rank", "total");
    JsonNode bad = JSON.readTree(lines[1]);
    assertThat(bad.at("/error/type").asText()).isEqualTo("UNSUPPORTED_FORMAT");
    assertThat(bad.at("/error/message").asText()).contains(broken);
  }

  @Test
  void aModelThatWritesFilesRunsOnlyWhereItIsTrusted() {
    Path written = folder.resolve("written");
    Path bare = folder.resolve("writing.pt");
    TestModels.define(
        bare,
        "def forward(self, x):\n  torch.save(x, \"%s\")\n  return x.mean([2, 3])\n"
            .formatted(written));
    String writing = ModelFiles.of(folder, bare).toString();

    Run refused = Run.of("recognize", "--model", writing, red);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("torch.save", "--trust-model");
    assertThat(written).doesNotExist();
    assertThat(Run.of("info", writing).code()).isZero();

    assertThat(Run.of("recognize", "--model", writing, "--trust-model", red).code()).isZero();
    assertThat(written).exists();
  }

  @Test
  void decodingOnAGpuNeedsOne() {
    for (String device : new String[] {"cpu", "auto"}) {
      Run run = Run.of("recognize", "--model", model, "--device", device, "--decoder", "gpu", red);

      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err())
          .contains("Decoder gpu needs device cuda", "runs on cpu")
          .contains(device.equals("auto") ? "CPU build" : "; or use decoder cpu.");
    }
    assertThat(Run.of("recognize", "--model", model, "--decoder", "cpu", red).code()).isZero();
    assertThat(Run.of("recognize", "--model", model, "--decoder", "fpga", red).err())
        .contains("Unknown decoder 'fpga': use cpu or gpu.");
  }

  @Test
  void takesThePicturesOfAFolder() {
    Run run =
        Run.of("recognize", "--model", model, "--json", folder.resolve("pictures").toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out().strip().split("\n")).hasSize(2);
    assertThat(run.out()).doesNotContain("notes.txt");
  }

  @Test
  void saysThatAPictureIsNotRecognised() throws IOException {
    Path grey = Files.write(folder.resolve("grey.png"), TestPictures.png(9, 9, Color.GRAY));

    Run run = Run.of("recognize", "--model", model, "--threshold", "0.9", grey.toString());

    assertThat(run.out()).contains("[RESULT] 未识别");
  }

  @Test
  void warnsOfRandomWeights() {
    String untrained =
        ModelFiles.MANIFEST.replace(
            "\"size\": \"small\"", "\"size\": \"small\", \"trained\": false");
    Path file =
        ModelFiles.write(
            folder, "m", untrained, ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));

    Run run = Run.of("recognize", "--model", file.toString(), red);

    assertThat(run.code()).isZero();
    assertThat(run.err()).contains("[WARN]", "随机");
    ModelFiles.tiny(folder);
  }

  @Test
  void exitsWithTwoForUsageModelAndDevice() {
    assertThat(Run.of().code()).isEqualTo(2);
    assertThat(Run.of("recognize").code()).isEqualTo(2);
    assertThat(Run.of("recognize", "--top", "0", "--model", model, red).code()).isEqualTo(2);
    assertThat(Run.of("recognize", "--device", "tpu", "--model", model, red).code()).isEqualTo(2);
    Run noModel = Run.of("recognize", "--model", "none.pt", red);
    assertThat(noModel.code()).isEqualTo(2);
    assertThat(noModel.err().strip()).isEqualTo("[ERROR] none.pt does not exist.");
    assertThat(Run.of("recognize", "--device", "cuda", "--model", model, red).code()).isEqualTo(2);
    assertThat(Run.of("verify", model).code()).as("no self-test").isEqualTo(2);
  }

  @Test
  void readsNoOptionsFromAFileNamedWithAnAt() throws IOException {
    Files.writeString(folder.resolve("a.jpg"), "--model\nnone.pt\n");
    Path at = folder.resolve("@a.jpg");
    Files.write(at, TestPictures.png(9, 9, Color.RED));

    Run run = Run.of("recognize", "--model", model, "--json", "@" + folder.resolve("a.jpg"));
    assertThat(run.code()).as("no such picture, and no option").isEqualTo(1);
    assertThat(run.out()).contains("UNREADABLE", "@");
    assertThat(Run.of("recognize", "--model", model, at.toString()).code()).isZero();
  }

  @Test
  void refusesEmptyArgumentsAndNumbersThatAreNone() {
    for (String[] arguments :
        new String[][] {
          {"recognize", ""},
          {"recognize", "--model", "", red},
          {"info", ""},
          {"vram", "--out", ""},
          {"recognize", "--threshold", "NaN", "--model", model, red},
          {"recognize", "--min-confidence", "-0.1", "--model", model, red},
          {"recognize", "--top", "1", "--top", "2", "--model", model, red},
          {"recognize", "--threads", "0", "--model", model, red},
          {"recognize", "--tf32", "maybe", "--model", model, red},
          {"vram", "--minutes", "NaN", "--model", model},
          {"recognize", "--device", "", red},
        }) {
      Run run = Run.of(List.of(arguments));
      assertThat(run.code()).as(String.join(" ", arguments)).isEqualTo(2);
      assertThat(run.err()).startsWith("[ERROR] ").doesNotContain("\tat ", "java.");
    }
  }

  @Test
  void showsNoCharacterThatATerminalObeys() throws IOException {
    String name = "a\u001b[31m\n\u202eb.png";
    Path picture = Files.write(folder.resolve(name), TestPictures.png(9, 9, Color.RED));
    String shown = folder + "/a\\u001b[31m\\u000a\\u202eb.png";

    Run good = Run.of("recognize", "--model", model, picture.toString());
    assertThat(good.out()).contains("正在处理图像: " + shown + "\n").doesNotContain("\u001b", "\u202e");
    Run bad = Run.of("recognize", "--model", model, picture + ".gone");
    assertThat(bad.err()).contains(shown + ".gone does not exist.").doesNotContain("\u001b");
    assertThat(Run.of("info", picture + "").err()).doesNotContain("\u001b", "\u202e");
    assertThat(Run.of("recognize", "--x\u001b").err()).doesNotContain("\u001b");
    JsonNode json =
        JSON.readTree(Run.of("recognize", "--json", "--model", model, picture.toString()).out());
    assertThat(json.get("file").asText()).isEqualTo(picture.toString());
  }

  @Test
  void goesOnWhereAFolderCannotBeListed() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, Set.of());
    try {
      assumeFalse(Files.isReadable(closed), "skipped: root lists every folder");
      Run run = Run.of("recognize", "--model", model, "--json", closed.toString(), red);

      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out().strip().split("\n")).hasSize(2);
      assertThat(run.out()).contains("UNREADABLE", "can't be listed", "红");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void describesAModelWithoutLoadingIt() {
    Run run = Run.of("info", model);

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "tiny",
            "8 x 8 RGB",
            "classes      3",
            dev.wwts.internal.model.Sha256.of(Path.of(model)));
  }

  @Test
  void examinesTheMachine() {
    Run run = Run.of("doctor");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("JDK", "LibTorch version", "2.13.0", "Nothing is wrong.");
  }

  @Test
  void helpsWithEveryCommand() {
    for (String command :
        new String[] {"recognize", "pull", "verify", "info", "doctor", "vram", "serve"}) {
      assertThat(Run.of(command, "--help").code()).isZero();
      assertThat(Run.of("--help").out()).contains(command);
    }
  }

  @Test
  void tellsWhereTheServiceIs() {
    Run run = Run.of("serve", "--port", "1");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("[ERROR] ", "bin/wwts serve");
  }
}
