package dev.wwts.server;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's connections, with what they lack: a request's head must come in some time, a byte now
 * and then keeps no place; and how long a request waited for a thread is known when it gets one.
 */
public final class BoundedProtocol extends Http11NioProtocol {
  /** Tomcat's start of a request of which no byte has come. */
  private static final long NOT_BEGUN = -1;

  private static final ThreadLocal<@Nullable Long> WAITED = new ThreadLocal<>();

  private volatile long headNanos = Long.MAX_VALUE;

  /** For Tomcat, which knows it by its name. */
  public BoundedProtocol() {
    super(new TimedEndpoint());
  }

  /** How long a request's head may take from its first byte. */
  void headTimeout(Duration most) {
    headNanos = most.toNanos();
  }

  /** How long the request of this thread waited for it; told once. */
  static Duration waited() {
    Long nanos = WAITED.get();
    WAITED.remove();
    return nanos == null ? Duration.ZERO : Duration.ofNanos(nanos);
  }

  /** The same work, which is told how long it has waited since it came. */
  static Runnable timed(Runnable work, long came) {
    return () -> {
      WAITED.set(System.nanoTime() - came);
      try {
        work.run();
      } finally {
        WAITED.remove();
      }
    };
  }

  @Override
  protected Processor createProcessor() {
    return new TimedHead(getAdapter());
  }

  private final class TimedHead extends Http11Processor {
    TimedHead(Adapter adapter) {
      super(BoundedProtocol.this, adapter);
    }

    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
      SocketState state = super.service(socket);
      // a head of which more is to come
      boolean isOpen = state == SocketState.LONG && !isAsync();
      long began = request.getStartTimeNanos();
      return isOpen && began != NOT_BEGUN && System.nanoTime() - began > headNanos
          ? SocketState.CLOSED
          : state;
    }
  }

  private static final class TimedEndpoint extends NioEndpoint {
    @Override
    public @Nullable Executor getExecutor() {
      Executor own = super.getExecutor();
      return own == null ? null : work -> own.execute(timed(work, System.nanoTime()));
    }
  }
}
