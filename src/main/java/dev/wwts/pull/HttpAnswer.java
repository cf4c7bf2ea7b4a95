package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;
import static dev.wwts.ModelException.Reason.WRONG_SHA256;

import dev.wwts.ModelException;
import dev.wwts.internal.text.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's answer to a request for a file, redirections followed. */
final class HttpAnswer implements AutoCloseable {
  private static final int MOST_REDIRECTIONS = 5;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int MOST_STATUS = 599;

  /** The digest is that of the plain bytes; a word that means nothing does no harm. */
  private static final Set<String> PACKINGS = Set.of("gzip", "x-gzip", "deflate", "br", "zstd");

  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HttpResponse<Body> response;
  private final Client client;
  private final URI address;
  private final long from;
  private final String linked;
  private final int status;

  private HttpAnswer(
      HttpResponse<Body> response, Client client, URI address, long from, String linked) {
    this.response = response;
    this.client = client;
    this.address = address;
    this.from = from;
    this.linked = linked.isEmpty() ? header("X-Linked-Etag").replace("\"", "") : linked;
    this.status = response.statusCode();
  }

  /**
   * Asks for a file from byte {@code from} on.
   *
   * @param validator what the server called the file whose beginning is here, or nothing
   */
  static HttpAnswer get(URI address, long from, String validator, Client client)
      throws IOException {
    URI at = address;
    String linked = "";
    for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
      String shown = client.token().header(address, at);
      HttpResponse<Body> response = HttpCall.get(at, from, validator, shown, client.patience());
      HttpAnswer answer = new HttpAnswer(response, client, at, from, linked);
      answer.requireHttp();
      if (!answer.isRedirection()) {
        return answer;
      }
      answer.close();
      linked = answer.linked;
      at = target(at, answer.header("Location"));
    }
    throw new ModelException(
        UNREADABLE,
        "%s redirects more than %d times: %s."
            .formatted(address.getHost(), MOST_REDIRECTIONS, client.advice().otherwise()));
  }

  /** Java's client takes numbers that mean nothing. */
  private void requireHttp() throws IOException {
    boolean isLength = header("Content-Length").matches("\\d{0,18}");
    if (status > MOST_STATUS || !isLength) {
      close();
      throw new IOException("its answer is no HTTP");
    }
  }

  private boolean isRedirection() {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /**
   * Where a redirection leads: never from https to anything less; from http, which somebody has
   * typed, to either.
   */
  static URI target(URI address, String location) {
    try {
      URI target = address.resolve(new URI(location));
      String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
      boolean isAllowed =
          scheme.equals("https")
              || (scheme.equals("http") && scheme.equalsIgnoreCase(address.getScheme()));
      if (isAllowed && !location.isEmpty() && Sources.hasServer(target)) {
        return target;
      }
    } catch (URISyntaxException e) {
      // told below, as what it is
    }
    throw new ModelException(
        UNREADABLE,
        "%s redirects to '%s', which is not followed: only https is; try --mirror URL or --from FOLDER."
            .formatted(address.getHost(), Printable.line(location, 100)));
  }

  /** Whether it begins where the part that is here ends. */
  boolean isPartial() {
    return from > 0 && status == HttpURLConnection.HTTP_PARTIAL;
  }

  /**
   * Whether the part that is here does not fit the server's file, which has {@code total} bytes.
   */
  boolean isOfAnotherFile(long total) {
    if (from == 0 || status != HttpURLConnection.HTTP_PARTIAL) {
      return from > 0 && status == RANGE_NOT_SATISFIABLE;
    }
    Matcher range = RANGE.matcher(header("Content-Range"));
    return !range.matches()
        || Long.parseLong(range.group(1)) != from
        || !(range.group(2).equals("*") || Long.parseLong(range.group(2)) == total);
  }

  /** Refuses all but the file, or a part of it, with a sentence on what was answered. */
  void requireSuccess(PinnedFile file) {
    if (status != HttpURLConnection.HTTP_OK && !isPartial()) {
      throw refused(file.name());
    }
    requirePlain(file.name());
    if (PinnedFile.isDigest(linked) && !linked.equals(file.digest())) {
      throw new ModelException(
          WRONG_SHA256,
          "%s redirects to a file of SHA-256 %s for %s, which has %s: it is another file."
              .formatted(address.getHost(), linked, file.name(), file.digest()));
    }
    String told = header("Content-Length");
    long length = told.isEmpty() ? file.bytes() : Long.parseLong(told);
    if (status == HttpURLConnection.HTTP_OK && length != file.bytes()) {
      boolean isPage = header("Content-Type").startsWith("text/html");
      throw new ModelException(
          UNREADABLE,
          "%s gives %,d bytes for %s, which has %,d: it is %s."
              .formatted(
                  address.getHost(),
                  length,
                  file.name(),
                  file.bytes(),
                  isPage ? "a web page, as a network's login page would be" : "another file"));
    }
  }

  /** A strong ETag, the only kind that vouches for bytes, or nothing. */
  String validator() {
    String tag = header("ETag");
    return tag.startsWith("\"") ? tag : "";
  }

  /** All of a small body, however long it says it is. */
  byte[] whole(String name, int most) throws IOException {
    if (status != HttpURLConnection.HTTP_OK) {
      throw refused(name);
    }
    requirePlain(name);
    long end = System.nanoTime() + client.patience().window().toNanos();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (List<ByteBuffer> chunk = body().next(); !chunk.isEmpty(); chunk = body().next()) {
      for (ByteBuffer bytes : chunk) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        whole.writeBytes(copy);
      }
      if (whole.size() > most) {
        throw new IOException("more than %,d bytes".formatted(most));
      }
      if (System.nanoTime() - end > 0) {
        throw new SocketTimeoutException("only %,d bytes came".formatted(whole.size()));
      }
    }
    return whole.toByteArray();
  }

  private ModelException refused(String name) {
    return Failures.status(
        address, name, status, header("X-Error-Code"), header("Retry-After"), client.advice());
  }

  private void requirePlain(String name) {
    String packing = header("Content-Encoding").toLowerCase(Locale.ROOT);
    if (PACKINGS.contains(packing)) {
      throw new ModelException(
          UNREADABLE,
          "%s sends %s packed by %s, which it was asked not to do: %s."
              .formatted(address.getHost(), name, packing, client.advice().otherwise()));
    }
  }

  Body body() {
    return response.body();
  }

  private String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Override
  public void close() {
    response.body().close();
  }
}
