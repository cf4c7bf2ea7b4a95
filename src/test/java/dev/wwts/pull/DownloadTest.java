package dev.wwts.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.pull.StandIn.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files from servers of every manner. */
class DownloadTest extends PullCase {
  private static final byte[] HALF = Arrays.copyOf(FILE, FILE.length / 2);

  @ParameterizedTest
  @CsvSource({
    "401, your account",
    "403, your account",
    "404, no longer there",
    "410, no longer there",
    "407, proxy",
    "429, try again in 7 s",
    "500, try again in 7 s",
    "503, try again in 7 s",
    "418, that is no file",
    "204, that is no file",
    "206, that is no file",
    "304, that is no file",
    "416, that is no file",
  })
  void saysWhatAServersRefusalMeans(int status, String meaning) {
    try (StandIn server = new StandIn(StandIn.status(status, "Retry-After", "7"))) {
      assertThat(refusal(server))
          .startsWith("127.0.0.1 answers " + status + " for tiny.tflite: ")
          .contains(meaning, "--from");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void goesOnWhereTheConnectionBroke() {
    try (StandIn server =
        new StandIn(
            exchange -> {
              exchange.getResponseHeaders().set("ETag", "\"one\"");
              StandIn.breakingOff(FILE, 100_000).answer(exchange);
            },
            StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests())
          .containsExactly(
              new Request("/tiny.tflite", "null", "null"),
              new Request("/tiny.tflite", "bytes=100000-", "\"one\""));
      assertThat(said).anyMatch(it -> it.contains("broke off after 100,000 of 300,000 bytes"));
    }
  }

  @Test
  void goesOnWhereAnEarlierTryEnded() {
    begun(HALF);
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests())
          .containsExactly(new Request("/tiny.tflite", "bytes=150000-", "null"));
    }
  }

  @Test
  void takesAWholeFileOfAnEarlierTry() {
    begun(FILE);
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void startsAnewWhereAServerKnowsNoRanges() {
    begun(HALF);
    try (StandIn server = new StandIn(StandIn.breakingOff(FILE, FILE.length))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void startsAnewWhereThePartsAreOfTwoFiles() {
    begun(new byte[1000]);
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests())
          .extracting(Request::range)
          .containsExactly("bytes=1000-", "null");
      assertThat(said).contains("The parts do not fit together; starting anew.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "bytes 0-299999/300000", "bytes 150000-299999/300001", "bytes */300000"})
  void startsAnewWhereTheRangeIsNotTheOneAskedFor(String range) {
    begun(HALF);
    try (StandIn server =
        new StandIn(
            StandIn.status(206, range.isEmpty() ? "X" : "Content-Range", range),
            StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void startsAnewWhereThePartIsLongerThanTheServersFile() {
    begun(HALF);
    try (StandIn server = new StandIn(StandIn.status(416), StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
    }
    begun(new byte[FILE.length + 1]);
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(puller(PATIENT).pull(entry("2"), new Sources.Base(server.address()), m -> {}))
          .isTrue();
    }
  }

  @Test
  void refusesAnAlteredFileAndForgetsIt() {
    byte[] altered = FILE.clone();
    altered[FILE.length / 3] ^= 1;
    try (StandIn server = new StandIn(StandIn.serving(altered))) {
      assertThat(refusal(server))
          .contains("tiny.tflite from 127.0.0.1 has SHA-256 " + sha256(altered), sha256(FILE));
      assertThat(server.requests()).hasSize(1);
      assertThat(files()).containsExactly(".tiny.lock", ".tiny.tflite.part.etag");
    }
  }

  @Test
  void refusesAFileOfAnotherLengthBeforeItComes() {
    try (StandIn server = new StandIn(StandIn.serving(HALF))) {
      assertThat(refusal(server)).contains("gives 150,000 bytes", "has 300,000", "another file");
    }
    byte[] page = "<html>Log in".getBytes(StandardCharsets.UTF_8);
    try (StandIn server =
        new StandIn(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "text/html");
              StandIn.send(exchange, 200, page, page.length);
            })) {
      assertThat(refusal(server)).contains("a web page, as a network's login page would be");
    }
  }

  @Test
  void refusesMoreThanTheFileHas() {
    try (StandIn server =
        new StandIn(
            exchange -> StandIn.send(exchange, 200, Arrays.copyOf(FILE, FILE.length + 1), 0))) {
      assertThat(refusal(server)).contains("sends more than the 300,000 bytes");
      assertThat(part())
          .satisfies(file -> assertThat(Files.size(file)).isLessThan(FILE.length + 1));
    }
  }

  @Test
  void givesUpOnAServerThatAlwaysBreaksOff() {
    try (StandIn server = new StandIn(StandIn.breakingOff(FILE, 1000))) {
      assertThat(refusal(server))
          .contains("tiny.tflite can't be fetched from 127.0.0.1", "try again, which goes on");
      assertThat(server.requests()).as("no progress, no third").hasSize(2);
      assertThat(part()).hasBinaryContent(Arrays.copyOf(FILE, 1000));
    }
  }

  @Test
  void givesUpOnASilentServer() {
    CountDownLatch end = new CountDownLatch(1);
    try (StandIn server =
        new StandIn(
            exchange -> {
              exchange.sendResponseHeaders(200, FILE.length);
              await(end);
            })) {
      assertThat(refusal(server, SHORT)).contains("the server is too slow");
      end.countDown();
    }
  }

  @Test
  void givesUpOnAServerThatDrips() {
    try (StandIn server =
        new StandIn(
            exchange -> {
              exchange.sendResponseHeaders(200, FILE.length);
              for (byte b : FILE) {
                exchange.getResponseBody().write(b);
                exchange.getResponseBody().flush();
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
              }
            })) {
      Patience slow = new Patience(LONG, LONG, SHORT.window(), SHORT.leastBytes());
      assertThat(refusal(server, slow)).contains("too slow", "bytes came in");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void saysThatTheDiskIsFull() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "skipped: there is no /dev/full here");
    Files.createDirectories(models());
    Files.createSymbolicLink(part(), full);
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(refusal(server)).contains("can't be written", "make room", "--models");
    }
  }
}
