package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import dev.wwts.internal.text.Printable;
import dev.wwts.pull.CatalogueEntry.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's answer to a request for a file, redirections followed. By {@code HttpURLConnection}:
 * of Java's clients it is the one that bounds the time until the next bytes.
 */
final class HttpAnswer implements AutoCloseable {
  private static final int MOST_REDIRECTIONS = 5;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HttpURLConnection connection;
  private final URI address;
  private final long from;
  private final int status;

  private HttpAnswer(HttpURLConnection connection, URI address, long from) throws IOException {
    this.connection = connection;
    this.address = address;
    this.from = from;
    this.status = connection.getResponseCode();
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
      HttpAnswer answer = new HttpAnswer(open(at, from, validator, patience), at, from);
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
          scheme.equals("https") || (scheme.equals("http") && scheme.equals(address.getScheme()));
      if (isAllowed && target.getHost() != null) {
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
