package dev.wwts.server;

import dev.wwts.ModelSlot;
import dev.wwts.Stats;
import dev.wwts.spring.WwtsProperties;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses a request before it is read: one that can't be read wholly by the length it says, or that
 * would be refused, or answered too late, after all: refusals cost little, so that they keep up.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
final class UploadGate extends OncePerRequestFilter {
  /** How long a request may have waited for a thread, which only those do that come too fast. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final UploadRoom room;
  private final long most;
  private final ObjectProvider<WwtsProperties> properties;
  private final ObjectProvider<ModelSlot> slot;

  UploadGate(
      UploadRoom room,
      MultipartProperties multipart,
      ObjectProvider<WwtsProperties> properties,
      ObjectProvider<ModelSlot> slot) {
    this.room = room;
    this.most = Math.min(multipart.getMaxRequestSize().toBytes(), room.whole());
    this.properties = properties;
    this.slot = slot;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Duration waited = BoundedProtocol.waited();
    long length = request.getContentLengthLong();
    if (length > most) {
      Problems.write(
          request,
          response,
          413,
          "too_large",
          "The request holds %d bytes, and at most %d are read: send fewer pictures at a time."
              .formatted(length, most));
    } else if (length > room.left()) {
      overloaded(
          request, response, "Requests under way take the memory that bodies may have: ask again.");
    } else if (asksModel(request) && waited.compareTo(PATIENCE) > 0) {
      overloaded(request, response, "The request has waited for too long already: ask again.");
    } else if (asksModel(request) && isFull()) {
      overloaded(request, response, "As many calls wait as may: ask again.");
    } else {
      chain.doFilter(request, response);
    }
  }

  private static void overloaded(
      HttpServletRequest request, HttpServletResponse response, String why) throws IOException {
    Problems.write(request, response, 503, "overloaded", why);
  }

  /** What asks how it goes, or changes the model, is let through. */
  private static boolean asksModel(HttpServletRequest request) {
    String path = request.getRequestURI();
    return request.getMethod().equals("POST")
        && !path.endsWith(":swap")
        && !path.endsWith(":calibrate");
  }

  /** Whether the library would refuse a call: its pictures need not be read for that. */
  private boolean isFull() {
    Integer queue = properties.getObject().queue();
    Stats now = slot.getObject().stats();
    return queue != null && now.waiting() >= Math.max(1, queue) && now.busyLanes() == now.lanes();
  }
}
