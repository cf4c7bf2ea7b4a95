package dev.wwts.server;

import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The first that ends, before the web server does: for a moment requests are answered still while
 * readiness says no; those that were sent already, and those of who has not looked since.
 */
@Component
final class LastCalls implements SmartLifecycle {
  private static final long MOMENT_MILLIS = 500;

  private volatile boolean isRunning;

  @Override
  public void start() {
    isRunning = true;
  }

  @Override
  public void stop() {
    isRunning = false;
    try {
      TimeUnit.MILLISECONDS.sleep(MOMENT_MILLIS);
    } catch (InterruptedException e) {
      // whoever hurries need not wait
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return isRunning;
  }

  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }
}
