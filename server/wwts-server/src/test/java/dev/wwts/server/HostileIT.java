package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A short run of {@link Hostile}; docs/LOAD.md has a long one's figures. */
class HostileIT {
  @Test
  void whoAttacksGetsNothingAndNobodyElseIsKeptOut() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(System.getProperty("java.home"), "--threads", "1")) {
      new Hostile(server.port(), Client.sample("bicycle.png")).run(20, 200, 20, 4);
      assertThat(server.said()).isEmpty();
      server.terminate();
      server.end();
    }
  }
}
