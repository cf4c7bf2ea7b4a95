package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Heads that trickle, and requests that waited; a head may take a millisecond here. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1", "wwts.server.head-timeout=1ms"})
class SlowHeadTest {
  /** Fewer bytes than a head may have. */
  private static final int MOST = 4000;

  private static final int PAUSE_MILLIS = 5;

  @LocalServerPort private int port;

  /** Far from the ten seconds in which a connection must say something. */
  @Test
  void aHeadThatTricklesIsEndedThoughEachByteComesInTime() throws IOException {
    try (Socket socket = RawRequest.connect(port)) {
      socket.getOutputStream().write(RawRequest.bytes("GET /v2 HTTP/1.1\r\nHost: localhost\r\nX:"));
      socket.setSoTimeout(PAUSE_MILLIS);
      int sent = 0;
      while (sent < MOST && !hasEnded(socket)) {
        sent++;
      }
      assertThat(sent).isLessThan(MOST);
    }
  }

  /** Sends a byte, and waits a little whether the other side ends it; it says nothing. */
  private static boolean hasEnded(Socket socket) {
    try {
      socket.getOutputStream().write('y');
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void aHeadThatComesAtOnceIsAnsweredHoweverLongItsBodyTakes() throws IOException {
    byte[] picture = Client.sample("bicycle.png");
    try (Socket socket = RawRequest.connect(port)) {
      socket
          .getOutputStream()
          .write(RawRequest.post("/v1/recognize", "image/png", picture.length, ""));
      for (byte each : picture) {
        socket.getOutputStream().write(each);
      }
      assertThat(RawRequest.status(socket)).isEqualTo(200);
    }
    Client client = new Client(port);
    for (int i = 0; i < 3; i++) {
      // on a connection that is kept, with pauses that are no head
      assertThat(client.get("/v2").status()).isEqualTo(200);
    }
  }

  @Test
  void howLongARequestWaitedIsToldOnce() {
    Deque<Runnable> waiting = new ArrayDeque<>();
    List<Duration> told = new ArrayList<>();
    BoundedProtocol protocol = new BoundedProtocol();
    assertThat(protocol.getExecutor()).isNull();
    protocol.setExecutor(waiting::add);
    long began = System.nanoTime();
    protocol
        .getExecutor()
        .execute(
            () -> {
              told.add(BoundedProtocol.waited());
              told.add(BoundedProtocol.waited());
            });
    waiting.remove().run();
    assertThat(told.get(0))
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - began));
    assertThat(told.get(1)).isZero();
    assertThat(BoundedProtocol.waited()).isZero();
  }
}
