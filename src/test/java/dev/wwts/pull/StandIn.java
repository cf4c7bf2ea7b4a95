package dev.wwts.pull;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server on the loopback that serves one file, well or as badly as a test tells it. */
final class StandIn implements AutoCloseable {
  /** What is done with a request. */
  interface Manner {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** A request as it came. */
  record Request(String path, String range, String ifRange) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();

  StandIn(Manner... manners) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          Headers headers = exchange.getRequestHeaders();
          Manner manner = manners[Math.min(requests.size(), manners.length - 1)];
          requests.add(
              new Request(
                  exchange.getRequestURI().getPath(),
                  String.valueOf(headers.getFirst("Range")),
                  String.valueOf(headers.getFirst("If-Range"))));
          tokens.add(String.valueOf(headers.getFirst("Authorization")));
          try (exchange) {
            manner.answer(exchange);
          }
        });
    server.setExecutor(threads);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** What was asked so far. */
  List<Request> requests() {
    return requests;
  }

  /** What was shown with each of them. */
  List<String> tokens() {
    return tokens;
  }

  /** The whole file, or the range that is asked for. */
  static Manner serving(byte[] file) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", "\"one\"");
      String range = exchange.getRequestHeaders().getFirst("Range");
      if (range == null) {
        send(exchange, 200, file, file.length);
        return;
      }
      int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, file.length - 1, file.length));
      send(exchange, 206, Arrays.copyOfRange(file, from, file.length), file.length - from);
    };
  }

  /** The whole file whatever is asked for, no more than {@code sent} bytes of it. */
  static Manner breakingOff(byte[] file, int sent) {
    return exchange -> send(exchange, 200, Arrays.copyOf(file, sent), file.length);
  }

  static Manner status(int status, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** A body whose length is told as {@code length}; 0: not told. */
  static void send(HttpExchange exchange, int status, byte[] body, long length) throws IOException {
    exchange.sendResponseHeaders(status, length);
    OutputStream out = exchange.getResponseBody();
    out.write(body);
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
