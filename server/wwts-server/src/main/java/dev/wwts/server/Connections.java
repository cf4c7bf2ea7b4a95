package dev.wwts.server;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.InputBuffer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Bounds what a connection may take: the time of a request's head, and a meter under every body,
 * where Tomcat reads multipart bodies too, which no filter sees.
 */
@Component
final class Connections implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
  private final UploadRoom room;
  private final ServerProperties properties;

  Connections(UploadRoom room, ServerProperties properties) {
    this.room = room;
    this.properties = properties;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.setProtocol(BoundedProtocol.class.getName());
    factory.addProtocolHandlerCustomizers(
        (BoundedProtocol protocol) -> protocol.headTimeout(properties.headTimeout()));
    factory.addEngineValves(new Metering(room));
  }

  /** Around each request; a connection keeps its buffer for the next one. */
  private static final class Metering extends ValveBase {
    private final UploadRoom room;

    Metering(UploadRoom room) {
      super(true);
      this.room = room;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      InputBuffer body = request.getCoyoteRequest().getInputBuffer();
      try (UploadMeter meter = new UploadMeter(body, room, System::nanoTime)) {
        request.getCoyoteRequest().setInputBuffer(meter);
        getNext().invoke(request, response);
      } finally {
        request.getCoyoteRequest().setInputBuffer(body);
      }
    }
  }
}
