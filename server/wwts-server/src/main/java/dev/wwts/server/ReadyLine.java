package dev.wwts.server;

import dev.wwts.ModelSlot;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/** Tells on standard output where the service answers, once it does. */
@Component
final class ReadyLine implements ApplicationListener<ApplicationReadyEvent> {
  private final ModelSlot slot;
  private final Access access;
  private final org.springframework.boot.web.server.autoconfigure.ServerProperties server;

  ReadyLine(
      ModelSlot slot,
      Access access,
      org.springframework.boot.web.server.autoconfigure.ServerProperties server) {
    this.slot = slot;
    this.access = access;
    this.server = server;
  }

  @Override
  public void onApplicationEvent(ApplicationReadyEvent ready) {
    if (!(ready.getApplicationContext() instanceof WebServerApplicationContext web)
        || web.getWebServer() == null) {
      return;
    }
    String host = server.getAddress() == null ? "0.0.0.0" : server.getAddress().getHostAddress();
    System.out.printf(
        "[INFO] 服务就绪: %s://%s:%d/ (%s)%n",
        server.getSsl() == null ? "http" : "https",
        host.contains(":") ? "[" + host + "]" : host,
        web.getWebServer().getPort(),
        slot.version().model());
    if (access.made()) {
      System.out.println("[INFO] Authorization: Bearer " + access.token().orElseThrow());
    }
    System.out.flush();
  }
}
