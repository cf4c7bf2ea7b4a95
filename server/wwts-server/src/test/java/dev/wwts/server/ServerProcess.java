package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The executable jar, run by a Java. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("就绪: http://127\\.0\\.0\\.1:(\\d+)/");

  private final Process process;
  private final Path errors;
  private final int port;

  private ServerProcess(Process process, Path errors, int port) {
    this.process = process;
    this.errors = errors;
    this.port = port;
  }

  /** Starts one and waits until it is ready. */
  static ServerProcess start(String javaHome, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(javaHome + File.separator + "bin" + File.separator + "java");
    command.add("-Dstdout.encoding=UTF-8");
    command.add("-Dfile.encoding=UTF-8");
    command.add("-Dwwts.home=../..");
    command.add("-jar");
    command.add("target/wwts-server.jar");
    command.addAll(List.of("--port", "0"));
    command.addAll(List.of(options));
    Path errors = Files.createTempFile("wwts-server", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        return new ServerProcess(process, errors, Integer.parseInt(ready.group(1)));
      }
    }
    throw new AssertionError(said + Files.readString(errors) + "exit code " + process.waitFor());
  }

  /** What one says that does not start, and its exit code. */
  static String refusal(String javaHome, String... options) throws Exception {
    AssertionError said =
        catchThrowableOfType(AssertionError.class, () -> start(javaHome, options));
    return String.valueOf(said.getMessage());
  }

  /** What it has resident, in bytes, on Linux. */
  long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return 0;
  }

  /** What it has said since it was ready. */
  String said() throws IOException {
    byte[] more = new byte[process.getInputStream().available()];
    return Files.readString(errors)
        + new String(
            more,
            0,
            process.getInputStream().readNBytes(more, 0, more.length),
            StandardCharsets.UTF_8);
  }

  int port() {
    return port;
  }

  void terminate() {
    process.destroy();
  }

  /** Its exit code, when it has ended without a word of an error. */
  int end() throws IOException, InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(errors)).doesNotContain("ERROR", "Exception", "WARNING");
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(errors);
  }
}
