package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.torch.LibTorch;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that has added LibTorch's CUDA build starts for the first time: the CPU build, which
 * wwts brings, is on its class path too. It must get one of them, whether CUDA is there or not.
 */
class BothBuildsTest {
  private static final Pattern NATIVES =
      Pattern.compile("(.*pytorch-[^/]*-(?:linux|windows|macosx)-[a-z0-9]+_?[0-9]*)(-gpu)?\\.jar");

  @TempDir private static Path folder;

  @Test
  void aProcessGetsOneOfThem() throws Exception {
    List<String> paths =
        new ArrayList<>(
            Arrays.asList(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator)));
    paths.addAll(other(paths));
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-cp",
                String.join(File.pathSeparator, paths),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output.lines().filter(line -> line.startsWith("build "))).hasSize(1);
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(file -> file.endsWith("libtorch.so")))
          .as("links from one to the other")
          .noneMatch(Files::isSymbolicLink);
    }
  }

  /** The build that is not on the class path, where the local repository has it. */
  private static List<String> other(List<String> paths) {
    for (String path : paths) {
      Matcher natives = NATIVES.matcher(path);
      if (natives.matches()) {
        String other = natives.group(1) + (natives.group(2) == null ? "-gpu.jar" : ".jar");
        assumeTrue(Files.exists(Path.of(other)), "skipped: no LibTorch of the other build here");
        return List.of(other);
      }
    }
    assumeTrue(false, "skipped: no natives on the class path");
    return List.of();
  }

  /** The process: says which builds it has loaded libraries of. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      LibTorch.libraries().stream()
          .filter(library -> library.contains("torch"))
          .map(library -> library.replaceAll("[^/\\\\]*$", ""))
          .filter(build -> build.contains("pytorch"))
          .distinct()
          .forEach(build -> System.out.println("build " + build));
    }
  }
}
