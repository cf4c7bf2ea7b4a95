package dev.wwts.internal.settings;

import dev.wwts.CallEnd;
import dev.wwts.CallListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who hear of a recognizer's or a slot's calls. What one throws is not the call's. */
public final class CallListeners implements CallListener {
  private static final Logger LOG = LoggerFactory.getLogger(CallListeners.class);

  private final List<CallListener> listeners;

  /** The same as others, for now. */
  public CallListeners(List<CallListener> others) {
    this.listeners = new CopyOnWriteArrayList<>(others);
  }

  /** One more hears. */
  public void add(CallListener listener) {
    listeners.add(listener);
  }

  @Override
  public void ended(CallEnd call) {
    tell(() -> call);
  }

  /** Tells all; where nobody hears, what they would be told is not made. */
  public void tell(Supplier<CallEnd> news) {
    if (listeners.isEmpty()) {
      return;
    }
    CallEnd call = news.get();
    for (CallListener listener : listeners) {
      try {
        listener.ended(call);
      } catch (Throwable e) {
        // an Error too: the call's caller waits
        LOG.warn("A listener of calls failed.", e);
      }
    }
  }
}
