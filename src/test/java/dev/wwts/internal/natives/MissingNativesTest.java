package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CliProcess;
import dev.wwts.ModelFiles;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class path that has the presets' classes without a jar for the system. */
class MissingNativesTest {
  @TempDir private static Path folder;

  @Test
  void aSentenceTellsWhoseAreMissing() throws Exception {
    List<String> command =
        CliProcess.command("recognize", "--model", ModelFiles.tiny(folder).toString(), "none.png");
    int classPath = command.indexOf("-cp") + 1;
    String platform = "-" + Loader.getPlatform();
    command.set(
        classPath,
        Arrays.stream(command.get(classPath).split(File.pathSeparator))
            .filter(jar -> !jar.contains(platform))
            .collect(Collectors.joining(File.pathSeparator)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(out)
        .contains("native library can't be loaded for " + Loader.getPlatform())
        .contains("put its jar with that classifier on the class path (there is none)")
        .doesNotContain("\tat ");
  }
}
