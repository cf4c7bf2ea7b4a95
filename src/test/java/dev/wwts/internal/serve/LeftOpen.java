package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a class of tests that leaves open what it made: recognizers, slots, registries. The message
 * has where that was. JUnit finds it by its service file, so that it is on for the whole suite.
 */
public final class LeftOpen implements BeforeAllCallback, AfterAllCallback {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final Namespace OURS = Namespace.create(LeftOpen.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(OURS).put(context.getUniqueId(), OpenServices.open());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Set<?> before =
        Objects.requireNonNull(
            context.getStore(OURS).get(context.getUniqueId(), Set.class), "beforeAll");
    Set<Service> left = left(before);
    long began = System.nanoTime();
    while (!left.isEmpty() && System.nanoTime() - began < PATIENCE) {
      // what is being closed in the background may end
      Thread.onSpinWait();
      left = left(before);
    }
    if (left.isEmpty()) {
      return;
    }
    AssertionError leak =
        new AssertionError(left.size() + " of what this class opened it did not close.");
    for (Service service : left) {
      MadeHere origin = service.settings().origin();
      if (origin != null) {
        leak.addSuppressed(origin);
      }
    }
    throw leak;
  }

  private static Set<Service> left(Set<?> before) {
    Set<Service> left = new HashSet<>(OpenServices.open());
    left.removeAll(before);
    return left;
  }
}
