package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The executable jar, with each Java that {@code wwts.javas} names. */
class ExecutableJarIT {
  private static final int CALLERS = 8;
  private static final int CALLS_BEFORE = 100;
  private static final int TERMINATED = 128 + 15;

  static Stream<String> javas() {
    return Arrays.stream(
        System.getProperty("wwts.javas", System.getProperty("java.home")).split(":"));
  }

  /** One start for all that is asked of it, as starting is what takes time. */
  @ParameterizedTest
  @MethodSource("javas")
  void itAnswersAndEndsWithAllThatItAccepted(String java) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (ServerProcess server = ServerProcess.start(java);
        Socket slow = connect(server.port())) {
      answersAndTellsItsFigures(new Client(server.port()));
      byte[] request = request(Client.sample("bicycle.png"));
      int half = request.length / 2;
      slow.getOutputStream().write(request, 0, half);
      slow.getOutputStream().flush();
      AtomicBoolean signalled = new AtomicBoolean();
      CountDownLatch warm = new CountDownLatch(CALLS_BEFORE);
      List<Future<Integer>> answered = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        answered.add(
            callers.submit(() -> askUntilRefused(server.port(), request, warm, signalled)));
      }
      warm.await();
      signalled.set(true);
      server.terminate();
      int calls = 0;
      for (Future<Integer> each : answered) {
        calls += each.get();
      }
      // nobody is let in any more; who is half in is still answered
      slow.getOutputStream().write(request, half, request.length - half);
      assertThat(reply(slow)).startsWith("HTTP/1.1 200").contains("自行车");
      assertThat(calls).isGreaterThanOrEqualTo(CALLS_BEFORE);
      assertThat(server.end()).isEqualTo(TERMINATED);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void whyItDoesNotStartIsALine() throws Exception {
    String java = System.getProperty("java.home");
    assertThat(ServerProcess.refusal(java, "--model", "nothing.pt"))
        .isEqualTo("[ERROR] nothing.pt does not exist.\nexit code 2");
    assertThat(ServerProcess.refusal(java, "--nope"))
        .startsWith("[ERROR] Unknown option: '--nope'\n")
        .endsWith("exit code 2");
    assertThat(ServerProcess.refusal(java, "--device", "tpu"))
        .startsWith("[ERROR] ")
        .contains("Unknown device 'tpu': use auto, cpu")
        .endsWith("exit code 2")
        .hasLineCount(2);
  }

  private static void answersAndTellsItsFigures(Client client) {
    Client.Reply reply =
        client.post("/v1/recognize", "image/png", Client.sample("alarm-clock.png"));
    assertThat(reply.json().at("/pictures/0/results/0/label").asString()).isEqualTo("闹钟");
    assertThat(
            new String(
                client.get("/actuator/prometheus").response().body(), StandardCharsets.UTF_8))
        .contains("wwts_calls_total{model=\"wwts-default\",outcome=\"answered\"}");
  }

  /** How many were answered; fails where one was not that was sent before the signal. */
  private static int askUntilRefused(
      int port, byte[] request, CountDownLatch warm, AtomicBoolean signalled) {
    for (int calls = 0; ; calls++) {
      boolean before = false;
      try (Socket socket = connect(port)) {
        OutputStream out = socket.getOutputStream();
        out.write(request);
        out.flush();
        before = !signalled.get();
        String reply = reply(socket);
        if (reply.isEmpty() && !before) {
          return calls;
        }
        assertThat(reply).startsWith("HTTP/1.1 200").contains("自行车");
        warm.countDown();
      } catch (IOException e) {
        assertThat(before).as("not answered: %s", e).isFalse();
        assertThat(signalled).isTrue();
        return calls;
      }
    }
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static byte[] request(byte[] picture) {
    String head =
        """
        POST /v1/recognize HTTP/1.1
        Host: localhost
        Connection: close
        Content-Type: image/png
        Content-Length: %d

        """;
    byte[] lines =
        head.formatted(picture.length).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(lines, lines.length + picture.length);
    System.arraycopy(picture, 0, request, lines.length, picture.length);
    return request;
  }

  private static String reply(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
