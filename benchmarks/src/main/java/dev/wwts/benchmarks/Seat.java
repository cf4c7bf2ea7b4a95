package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/** A process that does something when it is told to, by a line, and answers with a line of JSON. */
public final class Seat implements AutoCloseable {
  /** What measuring JVMs get beside what this one was started with. */
  public static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx2g",
          "-Dorg.bytedeco.javacpp.logger=slf4j",
          "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MILLIS_PER_SECOND = 1000;
  private static final int LAST_LINES = 5;

  /** Longer than the ticks that the system counts processors' time by. */
  private static final long REST_MILLIS = 40;

  private static final int LONGEST_WAIT = 25;

  private final String name;
  private final int patience;
  private final Path errors;
  private final Process process;
  private final BufferedReader answers;
  private final Writer lines;

  /**
   * Starts it; class paths are long, and ONNX Runtime 1.29 crashes where a command line is.
   *
   * @param patience seconds that an answer may take
   */
  public Seat(String name, List<String> command, int patience) throws IOException {
    this.name = name;
    this.patience = patience;
    this.errors = Files.createTempFile("wwts-err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    String classPath = System.getProperty("java.class.path");
    builder
        .environment()
        .put("CLASSPATH", System.getProperty("surefire.test.class.path", classPath));
    this.process = builder.start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.lines = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** The command line of a class of ours. */
  public static List<String> java(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(JVM_OPTIONS);
    command.addAll(options);
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /** Milliseconds of one call. */
  double call() throws IOException {
    return ask("").get("total").asDouble();
  }

  /**
   * What it answers to a line.
   *
   * @throws IOException if the process ends or takes too long; the message has the last lines of
   *     its stderr
   */
  public JsonNode ask(String line) throws IOException {
    Timer timer = new Timer(true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            process.destroyForcibly();
          }
        },
        patience * MILLIS_PER_SECOND);
    try {
      lines.write(line + "\n");
      lines.flush();
      String answer = answers.readLine();
      while (answer != null && !answer.startsWith("{")) {
        answer = answers.readLine();
      }
      if (answer == null) {
        throw new IOException("it ended or took more than " + patience + " s");
      }
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new IOException("%s: %s. %s".formatted(name, e.getMessage(), lastWords()), e);
    } finally {
      timer.cancel();
    }
  }

  private String lastWords() throws IOException {
    process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
    List<String> words = Files.readAllLines(errors);
    return String.join("\n", words.subList(Math.max(0, words.size() - LAST_LINES), words.size()));
  }

  /**
   * Waits until the process takes no processor time, for a second at most: idle threads of OpenMP
   * and ONNX Runtime look for work for a while, on a core that the next call needs.
   */
  public void awaitRest() throws InterruptedException {
    Optional<Duration> before = process.info().totalCpuDuration();
    for (int i = 0; i < LONGEST_WAIT; i++) {
      Thread.sleep(REST_MILLIS);
      Optional<Duration> now = process.info().totalCpuDuration();
      if (now.isPresent() && now.equals(before)) {
        return;
      }
      before = now;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    errors.toFile().delete();
  }
}
