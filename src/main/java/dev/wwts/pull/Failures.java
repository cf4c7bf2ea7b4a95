package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** What becomes of a failed transfer: one sentence, with what to do. */
final class Failures {
  private static final String OTHERWISE = "; or try --mirror URL or --from FOLDER";

  private Failures() {}

  static ModelException status(URI address, String file, int status, String retryAfter) {
    String wait = retryAfter.matches("\\d{1,6}") ? " in " + retryAfter + " s" : " later";
    String rule =
        switch (status) {
          case 401, 403 ->
              "it does not give it to everybody; download it with your account and use --from FOLDER";
          case 404, 410 -> "it is no longer there; try --mirror URL or --from FOLDER";
          case 407 ->
              "the proxy wants a password; give Java one that does not, or use --from FOLDER";
          case 429 -> "too many requests came from here; try again" + wait + OTHERWISE;
          default ->
              status >= 500
                  ? "the server has a fault; try again" + wait + OTHERWISE
                  : "that is no file; try --mirror URL or --from FOLDER";
        };
    return new ModelException(
        UNREADABLE, "%s answers %d for %s: %s.".formatted(address.getHost(), status, file, rule));
  }

  static ModelException of(URI address, String file, IOException e) {
    String host = address.getHost();
    String fault = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String sentence;
    if (e instanceof UnknownHostException) {
      sentence = "the host is not known here; without internet use --from FOLDER";
    } else if (e instanceof SocketTimeoutException) {
      sentence = "the server is too slow (" + fault + "); try again, which goes on";
    } else if (e instanceof ConnectException) {
      sentence =
          "no connection (%s); behind a proxy set Java's https.proxyHost and https.proxyPort"
              .formatted(fault);
    } else if (e instanceof SSLException) {
      sentence = "no secure connection (" + fault + ")" + OTHERWISE;
    } else {
      sentence = "the transfer failed (" + fault + "); try again, which goes on";
    }
    return new ModelException(
        UNREADABLE, "%s can't be fetched from %s: %s.".formatted(file, host, sentence), e);
  }

  static ModelException unwritable(Path file, IOException e) {
    return new ModelException(
        UNREADABLE,
        "%s can't be written (%s): make room, or name another folder with --models or WWTS_MODELS."
            .formatted(file, e.getMessage()),
        e);
  }
}
