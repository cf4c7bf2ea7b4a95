package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CliProcess;
import dev.wwts.Kit;
import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import dev.wwts.internal.model.Sha256;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wwts pull} as it is used, and pulled models by their names. */
class PullTest {
  @TempDir private static Path folder;
  private static String models = "";
  private static String red = "";

  @BeforeAll
  static void write() throws IOException {
    Path here = Files.createDirectory(folder.resolve("models"));
    Files.move(ModelFiles.tiny(folder), here.resolve("colours.pt"));
    models = here.toString();
    red = Files.write(folder.resolve("a.png"), TestPictures.png(9, 9, Color.RED)).toString();
  }

  @Test
  void aNameStandsForAFileWhereverOneIsWanted() {
    for (String[] command :
        new String[][] {
          {"recognize", "--models", models, "--model", "colours", red},
          {"info", "--models", models, "colours"},
          {"doctor", "--models", models, "--model", "colours"},
        }) {
      Run run = Run.of(List.of(command));
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).as(command[0]).contains("tiny");
    }
    assertThat(Run.of("verify", "--models", models, "colours").err())
        .contains("tiny has no self-test");
  }

  @Test
  void aNameThatIsNotHereSaysWhatToDo() {
    assertThat(Run.of("info", "--models", models, "photos").err())
        .isEqualTo("[ERROR] The model photos is not here yet: fetch it with wwts pull photos.\n");
    assertThat(Run.of("recognize", "--models", models, "--model", "nobody", red).err())
        .contains("no model of that name in " + models + " (colours)", "wwts pull --list");
    assertThat(Run.of("info", "--models", models, "./colours").err())
        .as("no name")
        .contains("./colours does not exist");
  }

  @Test
  void theFolderOfModelsMayStandInTheEnvironment() throws IOException, InterruptedException {
    CliProcess named =
        CliProcess.run(Map.of("WWTS_MODELS", models), Redirect.PIPE, "info", "colours");
    assertThat(named.out()).contains("tiny");
    CliProcess run =
        CliProcess.run(
            Map.of("WWTS_MODELS", "", "XDG_DATA_HOME", folder.toString()),
            Redirect.PIPE,
            "pull",
            "--list");
    assertThat(run.out()).contains("The folder of models: " + folder.resolve("wwts/models"));
  }

  @Test
  void listsWhatThereIs() {
    Run run = Run.of("pull", "--list", "--models", models);
    assertThat(run.code()).isZero();
    assertThat(run.out().lines())
        .hasSize(4)
        .anyMatch(
            line -> line.startsWith("photos     -          1,000 classes    3.6 MB  Apache-2.0"));
  }

  @Test
  void tellsApartWhatIsHere() throws IOException {
    Path here = Files.createDirectories(folder.resolve("several"));
    String pulled =
        ModelFiles.MANIFEST.replace(
            "\"size\":",
            "\"version\": \"0\", \"source\": \"https://h/x (SHA-256 %s)\", \"size\":"
                .formatted("0".repeat(64)));
    byte[] labels = ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8);
    Files.move(ModelFiles.write(folder, "m", pulled, labels), here.resolve("photos.pt"));
    Files.move(ModelFiles.tiny(folder), here.resolve("birds.pt"));
    Files.move(ModelFiles.write(folder, "m", pulled, labels), here.resolve("hf--some--one@v1.pt"));
    assertThat(Run.of("pull", "--list", "--models", here.toString()).out().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("photos     outdated   1,000 classes"),
            line -> assertThat(line).startsWith("birds      not ours     965 classes"),
            line -> assertThat(line).startsWith("insects    -          1,022 classes"),
            line -> assertThat(line).isEqualTo("Of hubs: hf--some--one@v1"),
            line -> assertThat(line).startsWith("The folder of models: "));
    for (String name : new String[] {"hf:some/one@v1", "hf--some--one@v1"}) {
      assertThat(Run.of("info", "--models", here.toString(), name).out()).contains("tiny");
      assertThat(Run.of("recognize", "--models", here.toString(), "--model", name, red).out())
          .contains("[RESULT] ");
    }
    assertThat(Run.of("info", "--models", here.toString(), "hf:some/one").err())
        .isEqualTo(
            "[ERROR] The model hf:some/one is not here yet: fetch it with wwts pull hf:some/one.\n");
  }

  @Test
  void refusesWhatItCannotDo() {
    for (String[] fault :
        new String[][] {
          {"There are photos, birds, insects."},
          {"The catalogue has no model 'cats': it has photos, birds, insects.", "cats"},
          {"Say --from or --mirror, not both.", "photos", "--from", "a", "--mirror", "https://b"},
          {"'nowhere' is neither a folder here", "photos", "--from", "nowhere"},
          {"'ftp://h/x' is neither", "photos", "--from", "ftp://h/x"},
          {"'https://u:p@h/' is neither", "photos", "--from", "https://u:p@h/"},
          {"'file:///etc' is neither", "photos", "--mirror", "file:///etc"},
          {"'https:///x' is neither", "photos", "--mirror", "https:///x"},
          {"mobilenet_v2_1.0_224_quant.tflite does not exist", "photos", "--from", models},
          {"the catalogue has those of its own", "photos", "--sha256", "0"},
          {"'hf:one' is no model of a hub", "hf:one"},
          {"wwts convert FOLDER takes a hub's files", "hf:a/b", "--from", models},
          {"A SHA-256 is 64 hexadecimal digits", "hf:a/b", "--sha256", "0"},
          {"'file:///etc' is neither", "modelscope:a/b", "--mirror", "file:///etc"},
        }) {
      String[] arguments = fault.clone();
      arguments[0] = "pull";
      Run run = Run.of(List.of(arguments));
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).startsWith("[ERROR] ").contains(fault[0]).hasLineCount(1);
    }
  }

  @Test
  void saysOnceHowPhotographsAreRecognised() throws IOException {
    String grey =
        Files.write(folder.resolve("grey.png"), TestPictures.png(9, 9, Color.GRAY)).toString();
    String hint = "wwts pull photos";
    Run run = Run.of("recognize", "--models", models, "--threshold", "1", grey, grey);
    assertThat(run.out()).containsOnlyOnce(hint).contains("[RESULT] 未识别");
    assertThat(
            Run.of("recognize", "--models", models, "--model", "colours", "--threshold", "1", grey))
        .extracting(Run::out)
        .asString()
        .doesNotContain(hint);
  }

  /** Models that answer all pictures alike stand for one that knows photographs. */
  @Test
  void whoeverIsLessUndecidedAnswers() throws IOException {
    String grey =
        Files.write(folder.resolve("grey.png"), TestPictures.png(9, 9, Color.GRAY)).toString();
    String clock = "models/samples/alarm-clock.png";
    Path here = Files.createDirectories(folder.resolve("behind"));
    float[] decided = new float[700];
    decided[7] = 20;
    for (boolean isDecided : new boolean[] {true, false}) {
      Path model = ModelFiles.constant(folder, isDecided ? decided : new float[700], "softmax");
      Files.move(model, here.resolve("photos.pt"), StandardCopyOption.REPLACE_EXISTING);
      String out =
          Run.of("recognize", "--models", here.toString(), "--top", "1", clock, grey).out();
      assertThat(out)
          .containsSubsequence("识别结果（wwts-default）", "- 闹钟", "grey.png")
          .contains(isDecided ? "识别结果（tiny）:\n- 类7 (置信度: 1.00)" : "[RESULT] 未识别");
      String unsure =
          Run.of("recognize", "--models", here.toString(), "--threshold", "1.0", clock).out();
      assertThat(unsure).as("the threshold is everybody's").contains("[RESULT] 未识别（最接近: 闹钟");
      assertThat(
              Run.of("recognize", "--models", here.toString(), "--min-confidence", "0.5", clock)
                  .out())
          .containsOnlyOnce("(置信度: ");
    }
  }

  @Test
  void aPulledPhotosModelStandsBehindTheDefaultOne() throws IOException {
    String kit = Kit.folder().resolve("photos").toString();
    String pulled = String.valueOf(Kit.pulled("photos").getParent());
    String coffee = kit + "/coffee.jpg";
    String clock = "models/samples/alarm-clock.png";

    Run text = Run.of("recognize", "--models", pulled, "--top", "1", clock, coffee);
    assertThat(text.out())
        .containsSubsequence(
            "（wwts-default，",
            "（photos，",
            clock,
            "识别结果（wwts-default）",
            "- 闹钟",
            coffee,
            "识别结果（photos）",
            "咖啡");
    assertThat(Run.of("recognize", "--models", pulled, "--json", clock, coffee).out().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("\"model\":\"wwts-default\""),
            line -> assertThat(line).contains("\"model\":\"photos\""));
    assertThat(Run.of("recognize", "--models", pulled, "--model", "photos", coffee).out())
        .contains("[RESULT] 识别结果:");
    String pin = Sha256.of(Path.of("models/default.pt"));
    assertThat(Run.of("recognize", "--models", pulled, "--sha256", pin, coffee).out())
        .as("a pin speaks for one file")
        .contains("[RESULT] 未识别")
        .doesNotContain("photos，");
  }

  @Test
  void twoPullsAtOnceMakeOneModel() throws Exception {
    String sources = Kit.folder().resolve("sources").toString();
    String models = folder.resolve("two").toString();
    List<CompletableFuture<CliProcess>> both =
        Stream.of("birds", "birds")
            .map(name -> CompletableFuture.supplyAsync(() -> pull(name, sources, models)))
            .toList();
    assertThat(both).allSatisfy(one -> assertThat(one.join().code()).isZero());
    String out = both.get(0).join().out() + both.get(1).join().out();
    assertThat(out)
        .containsOnlyOnce("birds is ready")
        .containsOnlyOnce("birds is here already")
        .containsOnlyOnce("PASS");
  }

  @Test
  void theFolderMayHaveANameThatTheLocaleLacks() throws IOException, InterruptedException {
    String sources = Kit.folder().resolve("sources").toString();
    String models = folder.resolve("空 +白%41/模型").toString();
    CliProcess run =
        CliProcess.run(
            Map.of("LC_ALL", "C"),
            Redirect.PIPE,
            "pull",
            "birds",
            "--from",
            sources,
            "--models",
            models);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("PASS", "birds is ready: " + models + "/birds.pt");
  }

  private static CliProcess pull(String name, String from, String models) {
    try {
      return CliProcess.run("pull", name, "--from", from, "--models", models);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
