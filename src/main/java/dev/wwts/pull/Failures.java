package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** What becomes of a failed transfer: one sentence, with what to do. */
final class Failures {
  private Failures() {}

  /**
   * What an answer means that is no file.
   *
   * @param code the hub's own word for it, or nothing
   * @param retryAfter as the server said, or nothing
   */
  static ModelException status(
      URI address, String file, int status, String code, String retryAfter, Advice advice) {
    String rule = advice.meaning(status, code).orElseGet(() -> rule(status, retryAfter, advice));
    return new ModelException(
        UNREADABLE, "%s answers %d for %s: %s.".formatted(address.getHost(), status, file, rule));
  }

  private static String rule(int status, String retryAfter, Advice advice) {
    String wait = retryAfter.matches("\\d{1,6}") ? " in " + retryAfter + " s" : " later";
    return switch (status) {
      case 401, 403 ->
          "it does not give it to everybody; download it with your account and use --from FOLDER";
      case 404, 410 -> "it is no longer there; " + advice.otherwise();
      case 407 -> "the proxy wants a password; give Java one that does not, or use --from FOLDER";
      case 429 ->
          "too many requests came from here; try again" + wait + "; or " + advice.otherwise();
      default ->
          status >= 500
              ? "the server has a fault; try again" + wait + "; or " + advice.otherwise()
              : "that is no file; " + advice.otherwise();
    };
  }

  static ModelException of(URI address, String file, Advice advice, IOException e) {
    String host = address.getHost();
    String fault = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String sentence;
    if (e instanceof UnknownHostException) {
      sentence = "the host is not known here; without internet " + advice.otherwise();
    } else if (e instanceof SocketTimeoutException) {
      sentence = "the server is too slow (" + fault + "); try again, which goes on";
    } else if (e instanceof ConnectException) {
      sentence =
          "no connection (%s); behind a proxy set Java's https.proxyHost and https.proxyPort"
              .formatted(fault);
    } else if (e instanceof SSLException) {
      sentence = "no secure connection (" + fault + "); " + advice.otherwise();
    } else {
      sentence = "the transfer failed (" + fault + "); try again, which goes on";
    }
    return new ModelException(
        UNREADABLE, "%s can't be fetched from %s: %s.".formatted(file, host, sentence), e);
  }

  /**
   * What Java's client has thrown in a thread of its own, by the names that sockets have for it.
   */
  static IOException transport(Throwable fault) {
    for (Throwable at = fault; at != null; at = at.getCause()) {
      if (at instanceof UnresolvedAddressException) {
        return new UnknownHostException("unknown");
      }
      if (at instanceof HttpTimeoutException) {
        return new SocketTimeoutException("no connection in time");
      }
    }
    // the client throws anything at a header it dislikes
    return fault instanceof IOException e ? e : new IOException("its answer is no HTTP", fault);
  }

  static ModelException unwritable(Path file, IOException e) {
    return new ModelException(
        UNREADABLE,
        "%s can't be written (%s): make room, or name another folder with --models or WWTS_MODELS."
            .formatted(file, e.getMessage()),
        e);
  }
}
