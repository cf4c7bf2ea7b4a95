package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request by Java's client, which follows no redirection and unpacks nothing. */
final class HttpCall {
  private HttpCall() {}

  /**
   * Sends it.
   *
   * @param from the first byte that is wanted
   * @param validator what the server called the file whose beginning is here, or nothing
   * @param authorization what it is shown, or nothing
   * @throws IOException if no answer has come in time
   */
  static HttpResponse<Body> get(
      URI address, long from, String validator, String authorization, Patience patience)
      throws IOException {
    requireNoSocks(address);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("User-Agent", "wwts")
            .header("Accept", "*/*")
            // the digest is that of the plain bytes, and so are ranges
            .header("Accept-Encoding", "identity");
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
      if (!validator.isEmpty()) {
        request.header("If-Range", validator);
      }
    }
    return answer(
        client(patience).sendAsync(request.build(), it -> new Body(patience.silence())),
        patience.connect().plus(patience.window()));
  }

  private static HttpClient client(Patience patience) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(patience.connect())
        .build();
  }

  private static HttpResponse<Body> answer(
      CompletableFuture<HttpResponse<Body>> answer, Duration most) throws IOException {
    try {
      return answer.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new SocketTimeoutException("no answer in " + most.toSeconds() + " s");
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw Failures.transport(e.getCause() == null ? e : e.getCause());
    }
  }

  /** The client would go past it without a word. */
  private static void requireNoSocks(URI address) {
    ProxySelector proxies = ProxySelector.getDefault();
    List<Proxy> chosen = proxies == null ? List.of() : proxies.select(address);
    if (!chosen.isEmpty() && chosen.get(0).type() == Proxy.Type.SOCKS) {
      throw new ModelException(
          UNREADABLE,
          "Java is told of a SOCKS proxy for %s, by which nothing is fetched: set https.proxyHost and https.proxyPort instead."
              .formatted(address.getHost()));
    }
  }
}
