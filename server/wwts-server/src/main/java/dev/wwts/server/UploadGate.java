package dev.wwts.server;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses a request that can't be read wholly by the length it says, before it is read. */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class UploadGate extends OncePerRequestFilter {
  private final UploadRoom room;
  private final long most;

  UploadGate(UploadRoom room, MultipartProperties multipart) {
    this.room = room;
    this.most = Math.min(multipart.getMaxRequestSize().toBytes(), room.whole());
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
    } else if (length > room.left()) {
      Problems.write(
          response,
          503,
          "overloaded",
          "Requests under way take the memory that bodies may have: ask again.");
    } else {
      chain.doFilter(request, response);
    }
  }
}
