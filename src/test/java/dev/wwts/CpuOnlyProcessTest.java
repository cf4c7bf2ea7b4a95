package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.torch.LibTorch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service on the processor loads nothing of CUDA: looked at in a process of its own, class by
 * class.
 */
class CpuOnlyProcessTest {
  private static final List<String> OF_CUDA =
      List.of(
          "org.bytedeco.cuda.",
          "org.bytedeco.pytorch.cuda.",
          "torch_cuda",
          "dev.wwts.internal.cuda.");

  /**
   * The reason for "no CUDA" is a record that names no native class; DeviceStats belongs to all
   * devices' allocators and is looked up by the presets' CPU library itself when it is loaded.
   */
  private static final List<String> EXPECTED =
      List.of("dev.wwts.internal.cuda.NoCuda", "org.bytedeco.pytorch.cuda.DeviceStats");

  @TempDir private static Path folder;

  @Test
  void loadsNoClassOfCuda() throws Exception {
    assumeTrue(
        "not in this build".equals(LibTorch.facts().get("CUDA")),
        "skipped: the natives on the class path are the CUDA build");
    Path model = ModelFiles.tiny(folder);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                model.toString())
            .redirectErrorStream(true)
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();

    assertThat(lines).anyMatch(line -> line.contains("org.bytedeco.pytorch.global.torch "));
    assertThat(lines)
        .filteredOn(line -> OF_CUDA.stream().anyMatch(line::contains))
        .filteredOn(line -> EXPECTED.stream().noneMatch(line::contains))
        .isEmpty();
  }

  /** The process: a model, loaded with all defaults, and one picture. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      try (Recognizer recognizer = Recognizer.load(Path.of(args[0]))) {
        recognizer.recognize(TestPictures.png(9, 9, java.awt.Color.RED));
      }
    }
  }
}
