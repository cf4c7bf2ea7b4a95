package dev.wwts.server;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.InputBuffer;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Puts a meter under every request's body, where Tomcat reads multipart bodies too, which no filter
 * sees.
 */
@Component
final class UploadMetering
    implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {
  private final UploadRoom room;

  UploadMetering(UploadRoom room) {
    this.room = room;
  }

  @Override
  public void customize(ConfigurableTomcatWebServerFactory factory) {
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
