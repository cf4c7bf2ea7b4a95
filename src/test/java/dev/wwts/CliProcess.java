package dev.wwts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line in a process of its own: with a resident memory that no other test has grown,
 * and without the tests' -Xcheck:jni, under which each text that Java draws prints hundreds of
 * lines.
 *
 * @param code the exit code
 */
public record CliProcess(int code, String out, String err) {
  /** Runs {@code wwts} with these arguments. */
  public static CliProcess run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.slf4j.simpleLogger.log.org.bytedeco=error");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("dev.wwts.cli.Wwts");
    command.addAll(List.of(arguments));
    Path errors = Files.createTempFile("wwts", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CliProcess(process.waitFor(), out, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
