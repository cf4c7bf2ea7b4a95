package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import dev.wwts.internal.text.Printable;
import dev.wwts.pull.CatalogueEntry.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to a request for a file, redirections followed. By {@code HttpURLConnection}:
 * of Java's clients it is the one that bounds the time until the next bytes.
 */
final class HttpAnswer implements AutoCloseable {
  private static final int MOST_REDIRECTIONS = 5;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** The digest is that of the plain bytes; a word that means nothing does no harm. */
  private static final Set<String> PACKINGS = Set.of("gzip", "x-gzip", "deflate", "br", "zstd");

  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HttpURLConnection connection;
  private final URI address;
  private final long from;
  private final int status;

  private HttpAnswer(HttpURLConnection connection, URI address, long from, Patience patience)
      throws IOException {
    this.connection = connection;
    this.address = address;
    this.from = from;
    this.status = status(connection, patience.connect().plus(patience.window()));
  }

  /** Its status. The client bounds the wait for each byte of the headers, not that for all. */
  private static int status(HttpURLConnection connection, Duration most) throws IOException {
    AtomicBoolean isLate = new AtomicBoolean();
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> {
              isLate.set(true);
              connection.disconnect();
            },
            CompletableFuture.delayedExecutor(most.toMillis(), TimeUnit.MILLISECONDS));
    int status = -1;
    @Nullable Throwable fault = null;
    try {
      status = connection.getResponseCode();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // the client throws anything at a header it dislikes, and calls itself for each interim
      // answer: thousands of them end in this error, or, as the JVM has little stack left to make
      // one, end the process
      fault = e;
    }
    end.cancel(false);
    if (isLate.get()) {
      throw new SocketTimeoutException("no answer in " + most.toSeconds() + " s");
    }
    if (status >= 0) {
      return status;
    }
    connection.disconnect();
    if (fault instanceof IOException e) {
      throw e;
    }
    throw new IOException("its answer is no HTTP", fault);
  }

  /**
   * Asks for a file from byte {@code from} on.
   *
   * @param validator what the server called the file whose beginning is here, or nothing
   */
  static HttpAnswer get(URI address, long from, String validator, Patience patience)
      throws IOException {
    URI at = address;
    for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
      HttpAnswer answer = new HttpAnswer(open(at, from, validator, patience), at, from, patience);
      if (!answer.isRedirection()) {
        return answer;
      }
      at = target(at, answer.header("Location"));
      answer.close();
    }
    throw new ModelException(
        UNREADABLE,
        "%s redirects more than %d times: try another source with --mirror or --from."
            .formatted(address.getHost(), MOST_REDIRECTIONS));
  }

  private static HttpURLConnection open(URI at, long from, String validator, Patience patience)
      throws IOException {
    HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(millis(patience.connect()));
    connection.setReadTimeout(millis(patience.silence()));
    connection.setUseCaches(false);
    connection.setRequestProperty("User-Agent", "wwts");
    connection.setRequestProperty("Accept", "*/*");
    // the digest is that of the plain bytes, and so are ranges
    connection.setRequestProperty("Accept-Encoding", "identity");
    if (from > 0) {
      connection.setRequestProperty("Range", "bytes=" + from + "-");
      if (!validator.isEmpty()) {
        connection.setRequestProperty("If-Range", validator);
      }
    }
    return connection;
  }

  private static int millis(Duration time) {
    return Math.toIntExact(time.toMillis());
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
  void requireSuccess(SourceFile file) {
    if (status != HttpURLConnection.HTTP_OK && !isPartial()) {
      throw Failures.status(address, file.name(), status, header("Retry-After"));
    }
    String packing = header("Content-Encoding").toLowerCase(Locale.ROOT);
    if (PACKINGS.contains(packing)) {
      throw new ModelException(
          UNREADABLE,
          "%s sends %s packed by %s, which it was asked not to do: try another source with --mirror or --from."
              .formatted(address.getHost(), file.name(), packing));
    }
    long length = connection.getContentLengthLong();
    if (status == HttpURLConnection.HTTP_OK && length >= 0 && length != file.bytes()) {
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

  InputStream body() throws IOException {
    return connection.getInputStream();
  }

  private String header(String name) {
    String value = connection.getHeaderField(name);
    return value == null ? "" : value;
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
