package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.CliProcess;
import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import dev.wwts.internal.network.TestModels;
import java.awt.Color;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command line and the streams and locale that it was started with, in processes of their own.
 */
class ConsoleTest {
  private static final File FULL = new File("/dev/full");
  private static final int READER_GONE = 141;

  @TempDir private static Path folder;
  private static String model = "";
  private static String red = "";

  @BeforeAll
  static void write() throws IOException {
    model = ModelFiles.tiny(folder).toString();
    red = Files.write(folder.resolve("red.png"), TestPictures.png(9, 9, Color.RED)).toString();
  }

  @Test
  void endsWithTwoWhereTheDiskIsFull() throws Exception {
    assumeTrue(FULL.exists(), "skipped: this system has no /dev/full");
    for (String[] arguments :
        new String[][] {
          {"--help"},
          {"info", model},
          {"doctor"},
          {"recognize", "--model", model, red},
          {"recognize", "--model", model, "--json", red}
        }) {
      CliProcess run = CliProcess.run(Map.of(), Redirect.to(FULL), arguments);

      assertThat(run.code()).as(String.join(" ", arguments)).isEqualTo(2);
      assertThat(run.err().strip())
          .startsWith("[ERROR] Standard output can't be written")
          .doesNotContain("\n");
    }
  }

  @Test
  void endsWithTwoWhereErrorsCannotBeWrittenEither() throws Exception {
    assumeTrue(FULL.exists(), "skipped: this system has no /dev/full");
    Process process =
        new ProcessBuilder(CliProcess.command("recognize", "--model", model, red))
            .redirectOutput(FULL)
            .redirectError(FULL)
            .start();

    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void endsQuietlyWhereNobodyReadsOn() throws Exception {
    File errors = folder.resolve("errors").toFile();
    Process process =
        new ProcessBuilder(CliProcess.command("recognize", "--model", model, red))
            .redirectError(errors)
            .start();
    process.getInputStream().close();

    assertThat(process.waitFor()).isEqualTo(READER_GONE);
    assertThat(errors).isEmpty();
  }

  @Test
  void takesChineseNamesInALocaleWithoutAnEncoding() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("图片"));
    Path picture = Files.copy(Path.of(red), pictures.resolve("红色.png"));
    for (String locale : new String[] {"C", "POSIX"}) {
      CliProcess run =
          CliProcess.run(
              Map.of("LC_ALL", locale),
              Redirect.PIPE,
              "recognize",
              "--model",
              model,
              picture.toString(),
              pictures.toString(),
              pictures.resolve("没有.png").toString());

      assertThat(run.code()).as(run.err()).isEqualTo(1);
      assertThat(run.out().split("正在处理图像: " + picture + "\n", -1)).hasSize(3);
      assertThat(run.out()).contains("- 红 (置信度: 1.00)");
      assertThat(run.err()).contains("没有.png does not exist.");
    }
  }

  @Test
  void findsFilesBesideAModelOfAnyName() throws Exception {
    Path model = Path.of("..", "shared", "cases", "networks", "coupling");
    assumeTrue(Files.exists(model), "skipped: ../shared/cases is not there");
    Path models = Files.createDirectory(folder.resolve("模型"));
    for (String ending : new String[] {".pt", ".wwts.json", ".labels.txt"}) {
      Files.copy(model.resolve("m" + ending), models.resolve("耦合" + ending));
    }
    for (String locale : new String[] {"C", "C.UTF-8"}) {
      CliProcess run =
          CliProcess.run(
              Map.of("LC_ALL", locale), Redirect.PIPE, "info", models.resolve("耦合.pt").toString());

      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).contains("耦合.pt").contains("atk.coupling");
    }
  }

  @Test
  void namesFilesBesideAModelThatAreNotThere() throws Exception {
    Path lonely = folder.resolve("孤独.pt");
    TestModels.write(lonely, "torch.matmul(m, w)", 1);
    for (String command : new String[] {"info", "verify"}) {
      CliProcess run =
          CliProcess.run(Map.of("LC_ALL", "C"), Redirect.PIPE, command, lonely.toString());

      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains(lonely + " holds no").contains("孤独.wwts.json");
    }
  }
}
