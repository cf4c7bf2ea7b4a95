package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.report.ProcessMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A process whose heap is touched in full at the start, so that what grows is not Java's. */
final class SteadyProcess {
  private SteadyProcess() {}

  /** Runs a class to its end; skips the test where resident memory can't be told. */
  static List<String> run(int heapMiB, Class<?> main, Object... arguments)
      throws IOException, InterruptedException {
    assumeTrue(rss() > 0, "skipped: RSS is read from /proc");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + heapMiB + "m",
                "-Xmx" + heapMiB + "m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  /** Resident memory of this process, in kB. */
  static long rss() {
    return ProcessMemory.resident() >> 10;
  }
}
