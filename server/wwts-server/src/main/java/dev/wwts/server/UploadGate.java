package dev.wwts.server;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds what bodies may take of the heap together, by what they say they hold: a request that does
 * not fit is refused before it is read.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class UploadGate extends OncePerRequestFilter {
  private static final long UNIT = 1024;

  private final Semaphore room =
      new Semaphore((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 4 / UNIT));
  private final int whole = room.availablePermits();
  private final long most;

  UploadGate(MultipartProperties multipart) {
    this.most = multipart.getMaxRequestSize().toBytes();
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !request.getMethod().equals("POST");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    long length = request.getContentLengthLong();
    if (length > most) {
      Problems.write(
          response,
          413,
          "too_large",
          "The request holds %d bytes, and at most %d are read: send fewer pictures at a time."
              .formatted(length, most));
      return;
    }
    // one that does not say may hold what is allowed; any may have it all alone
    int units = (int) Math.min(whole, (length < 0 ? most : length) / UNIT + 1);
    if (!room.tryAcquire(units)) {
      Problems.write(
          response,
          503,
          "overloaded",
          "Requests under way take all the memory that bodies may have: ask again.");
      return;
    }
    try {
      chain.doFilter(request, response);
    } finally {
      room.release(units);
    }
  }
}
