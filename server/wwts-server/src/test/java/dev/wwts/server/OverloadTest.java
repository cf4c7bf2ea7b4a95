package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** More calls than may wait. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1", "wwts.queue=0"})
class OverloadTest {
  private static final int CALLERS = 16;
  private static final int ROUNDS = 100;

  @LocalServerPort private int port;
  @Autowired private UploadGate gate;

  @Test
  void whatIsTooMuchIsRefusedAtOnceAndMayAskAgain() throws Exception {
    Client client = new Client(port);
    byte[] picture = Client.sample("bicycle.png");
    Callable<Client.Reply> call = () -> client.post("/v1/recognize", "image/png", picture);
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      boolean refused = false;
      for (int round = 0; round < ROUNDS && !refused; round++) {
        List<Future<Client.Reply>> replies =
            callers.invokeAll(Stream.generate(() -> call).limit(CALLERS).toList());
        for (Future<Client.Reply> each : replies) {
          Client.Reply reply = each.get();
          if (reply.status() == 503) {
            refused = true;
            assertThat(reply.header("Retry-After")).isEqualTo("1");
            assertThat(reply.json().get("reason").asString()).isEqualTo("overloaded");
          } else {
            assertThat(reply.status()).isEqualTo(200);
          }
        }
      }
      assertThat(refused).isTrue();
    } finally {
      callers.shutdown();
    }
  }

  /** What is refused is what asks a model: who looks after the service gets through. */
  @Test
  void whoHasWaitedForTooLongIsRefusedUnread() throws Exception {
    assertThat(status("POST", "/v1/recognize", 2)).isEqualTo(503);
    assertThat(status("POST", "/v2/models/wwts-default/infer", 2)).isEqualTo(503);
    assertThat(status("POST", "/v1/models/wwts-default:swap", 2)).isEqualTo(200);
    assertThat(status("GET", "/v2/health/ready", 2)).isEqualTo(200);
    // before it came
    assertThat(status("POST", "/v1/recognize", -60)).isEqualTo(200);
  }

  @Test
  void eachProtocolIsToldInItsOwnWords() throws Exception {
    assertThat(answer("POST", "/v1/recognize", 2).getContentAsString())
        .contains("\"reason\":\"overloaded\"", "\"status\":503");
    assertThat(answer("POST", "/v2/models/wwts-default/infer", 2).getContentAsString())
        .matches("\\{\"error\":\"[^\"]+\"}");
  }

  private int status(String method, String path, int secondsWaited) {
    return answer(method, path, secondsWaited).getStatus();
  }

  private MockHttpServletResponse answer(String method, String path, int secondsWaited) {
    MockHttpServletResponse response = new MockHttpServletResponse();
    Runnable request =
        () -> {
          try {
            gate.doFilter(
                new MockHttpServletRequest(method, path), response, new MockFilterChain());
          } catch (IOException | ServletException e) {
            throw new AssertionError(e);
          }
        };
    BoundedProtocol.timed(request, System.nanoTime() - TimeUnit.SECONDS.toNanos(secondsWaited))
        .run();
    return response;
  }
}
