package dev.wwts.pull;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files by https through a proxy, which is asked to CONNECT and sees nothing of what passes. */
class TunnelProxyTest extends PullCase {
  private static final char[] PASSWORD = "no secret".toCharArray();
  private static final String HOST = "models.invalid";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private SSLContext before;
  private HttpsServer server;

  /** A server that is known here as the one of a name which nobody but the proxy can find. */
  @BeforeEach
  void serve() throws IOException, GeneralSecurityException, InterruptedException {
    before = SSLContext.getDefault();
    SSLContext context = context();
    SSLContext.setDefault(context);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext(
        "/f/tiny.tflite",
        exchange -> {
          tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          try (exchange) {
            StandIn.serving(FILE).answer(exchange);
          }
        });
    server.start();
  }

  private SSLContext context() throws IOException, GeneralSecurityException, InterruptedException {
    Path file = temporary.resolve("key.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + HOST,
                "-ext",
                "san=dns:" + HOST,
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(output).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory mine = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    mine.init(keys, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", keys.getCertificate("key"));
    TrustManagerFactory theirs =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    theirs.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(mine.getKeyManagers(), theirs.getTrustManagers(), null);
    return context;
  }

  @AfterEach
  void stop() {
    SSLContext.setDefault(before);
    System.clearProperty("https.proxyHost");
    System.clearProperty("https.proxyPort");
    server.stop(0);
    threads.shutdownNow();
  }

  private TunnelProxy proxy(String answer) {
    TunnelProxy proxy = new TunnelProxy(server.getAddress().getPort(), answer);
    System.setProperty("https.proxyHost", "127.0.0.1");
    System.setProperty("https.proxyPort", String.valueOf(proxy.port()));
    return proxy;
  }

  @Test
  void goesThroughIt() {
    try (TunnelProxy proxy = proxy("200 Connection established")) {
      assertThat(pull(new Sources.Base(URI.create("https://" + HOST + "/f/")))).isTrue();
      assertThat(proxy.heads()).isNotEmpty();
      assertThat(proxy.heads()).allMatch(it -> it.startsWith("CONNECT " + HOST + ":443 HTTP/1.1"));
    }
  }

  @Test
  void aTokenIsForTheServerAlone() throws IOException {
    try (TunnelProxy proxy = proxy("200 Connection established")) {
      URI address = URI.create("https://" + HOST + "/f/tiny.tflite");
      HttpResponse<Body> answer = HttpCall.get(address, 0, "", "Bearer secret", PATIENT);
      answer.body().close();
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(tokens).containsOnly("Bearer secret");
      assertThat(proxy.heads()).isNotEmpty();
      assertThat(proxy.heads()).noneMatch(it -> it.contains("secret"));
    }
  }

  @Test
  void saysThatItRefuses() {
    try (TunnelProxy proxy = proxy("407 Proxy Authentication Required")) {
      assertThat(refusal(new Sources.Base(URI.create("https://" + HOST + "/f/")), PATIENT))
          .contains("proxy");
      assertThat(proxy.heads()).isNotEmpty();
      assertThat(tokens).isEmpty();
    }
  }
}
