package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.pull.StandIn.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The way to a file: addresses, redirections, proxies, TLS. */
class RouteTest extends PullCase {
  @Test
  void followsRedirections() {
    try (StandIn server =
        new StandIn(
            StandIn.status(302, "Location", "/elsewhere/x"),
            StandIn.status(308, "Location", "y"),
            StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(server.requests())
          .extracting(Request::path)
          .containsExactly("/tiny.tflite", "/elsewhere/x", "/elsewhere/y");
    }
  }

  @Test
  void doesNotFollowForEverNorAnywhere() {
    try (StandIn server = new StandIn(StandIn.status(302, "Location", "/again"))) {
      assertThat(refusal(server)).contains("redirects more than 5 times");
      assertThat(server.requests()).hasSize(6);
    }
    for (String target :
        List.of(
            "file:///etc/passwd",
            "ftp://h/x",
            "jar:file:x!/y",
            "http://",
            "http://h:65536/x",
            "")) {
      try (StandIn server = new StandIn(StandIn.status(301, "Location", target))) {
        assertThat(refusal(server)).contains("is not followed");
        assertThat(server.requests()).hasSize(1);
      }
    }
  }

  @Test
  void neverLeavesHttps() {
    URI secure = URI.create("https://models.invalid/a/b");
    assertThat(HttpAnswer.target(secure, "../c")).isEqualTo(URI.create("https://models.invalid/c"));
    assertThat(HttpAnswer.target(secure, "//other.invalid/d"))
        .isEqualTo(URI.create("https://other.invalid/d"));
    for (String target : List.of("http://models.invalid/a/b", "http://127.0.0.1/x", "HTTP://h/")) {
      assertThatThrownBy(() -> HttpAnswer.target(secure, target))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("only https is");
    }
  }

  @Test
  void saysWhatKeepsItFromAServer() throws IOException {
    Sources nowhere = new Sources.Base(URI.create("http://nowhere.invalid/"));
    assertThat(refusal(nowhere, PATIENT)).contains("not known here", "--from FOLDER");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThat(refusal(new Sources.Base(URI.create("http://127.0.0.1:" + free)), PATIENT))
        .contains("no connection", "https.proxyHost");
  }

  @Test
  void saysThatAServerSpeaksNoTls() throws IOException {
    try (ServerSocket plain = new ServerSocket(0)) {
      CompletableFuture<Void> answer =
          CompletableFuture.runAsync(
              () -> {
                try (Socket caller = plain.accept()) {
                  // all of the greeting is read, or the connection's end is a reset, behind which
                  // Java's client connects again
                  caller.getInputStream().read(new byte[1 << 16]);
                  caller.getOutputStream().write("HTTP/1.0 400 No\r\n\r\n".getBytes(US_ASCII));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      URI secure = URI.create("https://127.0.0.1:" + plain.getLocalPort());
      assertThat(refusal(new Sources.Base(secure), PATIENT)).contains("no secure connection");
      answer.join();
    }
  }

  @Test
  void takesJavasProxy() {
    try (StandIn proxy = new StandIn(StandIn.serving(FILE))) {
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
      try {
        assertThat(pull(new Sources.Base(URI.create("http://models.invalid/f/")))).isTrue();
      } finally {
        System.clearProperty("http.proxyHost");
        System.clearProperty("http.proxyPort");
      }
      assertThat(proxy.requests()).extracting(Request::path).containsExactly("/f/tiny.tflite");
    }
  }

  @Test
  void goesPastNoSocksProxy() {
    System.setProperty("socksProxyHost", "127.0.0.1");
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      Sources named = new Sources.Base(URI.create("http://models.invalid:" + server.port()));
      assertThat(refusal(named, PATIENT)).contains("SOCKS proxy for models.invalid");
      assertThat(server.requests()).isEmpty();
    } finally {
      System.clearProperty("socksProxyHost");
    }
  }

  @Test
  void triesTheNextAddress() {
    try (StandIn gone = new StandIn(StandIn.status(404));
        StandIn server = new StandIn(StandIn.serving(FILE))) {
      Sources.Web both =
          file -> List.of(gone.address().resolve("/a"), server.address().resolve("/b"));
      assertThat(pull(both)).isTrue();
      assertThat(said).anyMatch(it -> it.contains("answers 404"));
    }
  }

  @Test
  void aMirrorHasTheCataloguesPaths() {
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(pull(new Sources.Mirror(server.address().resolve("/m")))).isTrue();
      assertThat(server.requests())
          .extracting(Request::path)
          .containsExactly("/m/some/where/tiny.tflite");
    }
  }
}
