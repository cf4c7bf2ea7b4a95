package dev.wwts.internal.serve;

import dev.wwts.internal.settings.MadeHere;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a class of tests that leaves open what it made (recognizers, slots, registries), that has
 * dropped one, or that never asks a future whose call failed. The message has where that was. JUnit
 * finds it by its service file, so that it is on for the whole suite.
 */
public final class LeftOpen implements BeforeAllCallback, AfterAllCallback {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final Namespace OURS = Namespace.create(LeftOpen.class);
  private static final Queue<Throwable> TOLD = new ConcurrentLinkedQueue<>();

  static {
    Leaks.alsoTold = TOLD::add;
  }

  /** On tests whose matter it is to drop what was not closed or asked. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  public @interface OnPurpose {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(OURS).put(context.getUniqueId(), now());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Set<?> before =
        Objects.requireNonNull(
            context.getStore(OURS).get(context.getUniqueId(), Set.class), "beforeAll");
    Set<Object> left = left(before);
    long began = System.nanoTime();
    while (left.stream().anyMatch(Service.class::isInstance)
        && System.nanoTime() - began < PATIENCE) {
      // what is being closed in the background may end
      Thread.onSpinWait();
      left = left(before);
    }
    List<Throwable> origins = new ArrayList<>();
    left.forEach(each -> add(origins, each));
    for (Throwable told = TOLD.poll(); told != null; told = TOLD.poll()) {
      if (!context.getRequiredTestClass().isAnnotationPresent(OnPurpose.class)) {
        origins.add(told);
      }
    }
    if (!origins.isEmpty()) {
      AssertionError leak =
          new AssertionError(
              origins.size() + " of what this class opened it did not close, or never asked.");
      origins.forEach(leak::addSuppressed);
      throw leak;
    }
  }

  private static void add(List<Throwable> origins, Object left) {
    MadeHere origin =
        left instanceof Service service ? service.settings().origin() : ((Forgotten) left).origin();
    origins.add(origin == null ? new MadeHere("A service") : origin);
  }

  /** Open services, and failures that nobody has heard of. */
  private static Set<Object> now() {
    Set<Object> now = new HashSet<>(OpenServices.open());
    Leaks.watched().stream().filter(Forgotten.Future.class::isInstance).forEach(now::add);
    return now;
  }

  private static Set<Object> left(Set<?> before) {
    Set<Object> left = now();
    left.removeAll(before);
    return left;
  }
}
