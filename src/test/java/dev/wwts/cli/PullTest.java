package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CliProcess;
import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wwts pull} as it is used, and pulled models by their names. */
class PullTest {
  @TempDir private static Path folder;
  private static String models = "";
  private static String red = "";

  private record Run(int code, String out, String err) {}

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
      Run run = run(command);
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).as(command[0]).contains("tiny");
    }
    assertThat(run("verify", "--models", models, "colours").err())
        .contains("tiny has no self-test");
  }

  @Test
  void aNameThatIsNotHereSaysWhatToDo() {
    assertThat(run("info", "--models", models, "photos").err())
        .isEqualTo("[ERROR] The model photos is not here yet: fetch it with wwts pull photos.\n");
    assertThat(run("recognize", "--models", models, "--model", "nobody", red).err())
        .contains("no model of that name in " + models + " (colours)", "wwts pull --list");
    assertThat(run("info", "--models", models, "./colours").err())
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
    Run run = run("pull", "--list", "--models", models);
    assertThat(run.code()).isZero();
    assertThat(run.out().lines())
        .hasSize(4)
        .anyMatch(line -> line.startsWith("photos     -      1,000 classes    3.6 MB  Apache-2.0"));
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
        }) {
      String[] arguments = fault.clone();
      arguments[0] = "pull";
      Run run = run(arguments);
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).startsWith("[ERROR] ").contains(fault[0]).hasLineCount(1);
    }
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Wwts.run(new PrintWriter(out), new PrintWriter(err), args);
    return new Run(code, out.toString(), err.toString());
  }
}
