package dev.wwts.pull;

import java.time.Duration;

/**
 * How long a server is waited for.
 *
 * @param connect for a connection
 * @param silence for the next bytes
 * @param window in which {@code leastBytes} must arrive
 * @param leastBytes so many
 */
record Patience(Duration connect, Duration silence, Duration window, long leastBytes) {
  static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(60), 60 << 10);
}
