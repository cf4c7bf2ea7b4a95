package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Who may ask a service with a token. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.server.token=secret"})
class AccessTest {
  @LocalServerPort private int port;

  @Test
  void onlyWhoBearsTheTokenIsAnswered() {
    Client client = new Client(port);
    for (String path : new String[] {"/v1/models", "/v2", "/actuator/prometheus", "/nothing"}) {
      Client.Reply without = client.get(path);
      assertThat(without.status()).as(path).isEqualTo(401);
      assertThat(without.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(client.get(path, "Authorization", "Bearer other").status()).isEqualTo(401);
    }
    assertThat(client.post("/v1/recognize", "image/png", new byte[1]).status()).isEqualTo(401);
    assertThat(client.json("/v1/models/wwts-default:swap", "{}").status()).isEqualTo(401);
    assertThat(client.get("/v1/models", "Authorization", "Bearer secret").status()).isEqualTo(200);
  }

  @Test
  void healthIsToldToAll() {
    Client client = new Client(port);
    for (String path :
        new String[] {"/v2/health/ready", "/actuator/health/liveness", "/actuator/health"}) {
      assertThat(client.get(path).status()).as(path).isEqualTo(200);
    }
  }

  @Test
  void anAddressThatOthersReachNeedsAToken() throws Exception {
    InetAddress all = InetAddress.getByName("0.0.0.0");
    assertThat(Access.of(all, properties(null, false)).made()).isTrue();
    assertThat(Access.of(all, properties(" ", false)).made()).isTrue();
    assertThat(Access.of(null, properties(null, false)).token()).isPresent();
    assertThat(Access.of(all, properties(null, true)).token()).isEmpty();
    assertThat(Access.of(all, properties("own", false)).token()).contains("own");
    InetAddress here = InetAddress.getLoopbackAddress();
    assertThat(Access.of(here, properties(null, false)).token()).isEmpty();
    assertThat(Access.of(here, properties("own", false)).token()).contains("own");
  }

  private static ServerProperties properties(
      @org.jspecify.annotations.Nullable String token, boolean insecure) {
    return new ServerProperties(token, insecure, Duration.ofSeconds(10), Path.of("."));
  }
}
