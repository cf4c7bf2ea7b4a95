package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose code was made to crash, hang, write or print, each in a process of its own that has 8
 * GB of addresses: LibTorch's libraries and the JVM take 5 of them.
 */
class HostileModelTest {
  private static final Path CASES = Path.of("..", "shared", "cases", "hostile-models");

  @TempDir private static Path folder;

  @Test
  void everyOneIsRefusedInOneSentence() throws Exception {
    assumeTrue(Files.isDirectory(CASES), "skipped: the test data " + CASES + " are not here");
    for (String name :
        List.of(
            "parens500",
            "enum_annotation_sigsegv",
            "setstate",
            "setstate_save",
            "save",
            "from_file",
            "print",
            "set_x",
            "resize_w",
            "cond_resize",
            "sparse")) {
      Result result = load(CASES.resolve(name + ".pt").toAbsolutePath(), false);

      assertThat(result.lines()).as(name).hasSize(1);
      assertThat(result.lines().get(0))
          .as(name)
          .matches("(UNTRUSTED|CORRUPT|BAD_OUTPUT): [ -~]{20,300}\\.");
      assertThat(result.code()).as(name).isZero();
    }
    try (var left = Files.list(folder)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("pwned"))).isEmpty();
    }
  }

  @Test
  void whatIsAllowedAtMostLoadsOnItsThread() throws Exception {
    Path model = ModelFiles.tiny(folder);
    String prefix = "bare/";
    var entries = ModelFiles.entries(model);
    String path = prefix + "code/__torch__.py";
    String code = new String(entries.get(path), StandardCharsets.UTF_8);
    String call = "torch.mean(x, [2, 3])";
    assertThat(code).contains(call);
    String deep = "torch.relu(".repeat(90) + "x" + ")".repeat(90);
    entries.put(path, code.replace(call, call.replace("x", deep)).getBytes(StandardCharsets.UTF_8));

    Result result = load(ModelFiles.zip(folder.resolve("deep.pt"), entries), true);

    assertThat(result.lines()).containsExactly("loaded");
  }

  private record Result(int code, List<String> lines) {}

  private static Result load(Path model, boolean trusted) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -v 8388608; exec \"$@\"",
            "sh",
            java,
            "-Xmx256m",
            "-XX:-CreateCoredumpOnCrash",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            model.toString(),
            String.valueOf(trusted));
    builder.directory(folder.toFile());
    builder.redirectError(folder.resolve("err").toFile());
    Process process = builder.start();
    boolean ended = process.waitFor(1, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("%s ends", model).isTrue();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(folder.resolve("err")).content().as("stderr of %s", model).isEmpty();
    return new Result(process.exitValue(), out.lines().toList());
  }

  /** The process: loads one model and says what came of it. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      try (Recognizer recognizer =
          Recognizer.builder(Path.of(args[0])).trusted(Boolean.parseBoolean(args[1])).load()) {
        recognizer.recognize(TestPictures.png(9, 9, java.awt.Color.RED));
        System.out.println("loaded");
      } catch (ModelException e) {
        System.out.println(e.reason() + ": " + e.getMessage());
      }
    }
  }
}
