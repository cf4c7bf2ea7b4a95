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
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/** A process that does something when it is told to, by a line, and answers with a line of JSON. */
public final class Seat implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MILLIS_PER_SECOND = 1000;

  /** Longer than the ticks that the system counts processors' time by. */
  private static final long REST_MILLIS = 40;

  private static final int LONGEST_WAIT = 25;

  private final String name;
  private final int patience;
  private final Path errors;
  private final Process process;
  private final BufferedReader answers;
  private final Writer turns;

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
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    this.process = builder.start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.turns = process.outputWriter(StandardCharsets.UTF_8);
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
      turns.write(line + "\n");
      turns.flush();
      String answer = answers.readLine();
      while (answer != null && !answer.startsWith("{")) {
        answer = answers.readLine();
      }
      if (answer == null) {
        throw new IOException("it ended or took more than " + patience + " s");
      }
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new IOException("%s: %s. %s".formatted(name, e.getMessage(), Command.last(errors)), e);
    } finally {
      timer.cancel();
    }
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
