package dev.wwts;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    return run(Map.of(), Redirect.PIPE, arguments);
  }

  /** The same with variables of the environment, standard output to where it is told. */
  public static CliProcess run(
      Map<String, String> environment, Redirect output, String... arguments)
      throws IOException, InterruptedException {
    return start(command(arguments), environment, output);
  }

  /** Runs a main class of the tests on the Java whose home is given. */
  static CliProcess main(Path home, List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve("java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return start(command, Map.of(), Redirect.PIPE);
  }

  private static CliProcess start(
      List<String> command, Map<String, String> environment, Redirect output)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("wwts", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      Process process = builder.redirectError(errors.toFile()).redirectOutput(output).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CliProcess(process.waitFor(), out, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }

  /** What starts {@code wwts} with these arguments. */
  public static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("dev.wwts.cli.Wwts");
    command.addAll(List.of(arguments));
    return command;
  }
}
