package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;

/** A process that makes one call when it is told to. */
final class Seat implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MILLIS_PER_SECOND = 1000;

  private final String name;
  private final Path errors;
  private final Process process;
  private final BufferedReader answers;
  private final Writer turns;

  /** Starts it; class paths are long, and ONNX Runtime 1.29 crashes where a command line is. */
  Seat(String name, List<String> command) throws IOException {
    this.name = name;
    this.errors = Files.createTempFile("wwts-err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    this.process = builder.start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.turns = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Milliseconds of one call.
   *
   * @throws IOException if the process ends or takes longer than {@code seconds}; the message has
   *     the last lines of its stderr
   */
  double call(int seconds) throws IOException {
    Timer patience = new Timer(true);
    patience.schedule(
        new TimerTask() {
          @Override
          public void run() {
            process.destroyForcibly();
          }
        },
        seconds * MILLIS_PER_SECOND);
    try {
      turns.write("\n");
      turns.flush();
      String line = answers.readLine();
      while (line != null && !line.startsWith("{")) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new IOException("it ended or took more than " + seconds + " s");
      }
      return JSON.readTree(line).get("total").asDouble();
    } catch (IOException e) {
      throw new IOException("%s: %s. %s".formatted(name, e.getMessage(), Command.last(errors)), e);
    } finally {
      patience.cancel();
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(errors);
  }
}
