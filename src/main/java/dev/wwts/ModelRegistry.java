package dev.wwts;

import dev.wwts.SwapException.Reason;
import dev.wwts.internal.settings.MadeHere;
import dev.wwts.internal.swap.MemoryGate;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Several models side by side, each by its name in a {@link ModelSlot} that is swapped alone. One
 * model is loaded at a time, within one limit of memory.
 *
 * <pre>{@code
 * try (ModelRegistry models = new ModelRegistry(4L << 30)) {
 *   models.open("drawings", ModelSlot.builder(Recognizer.builder(Path.of("models/default.pt"))));
 *   models.get("drawings").orElseThrow().answer(picture);
 * }
 * }</pre>
 */
public final class ModelRegistry implements AutoCloseable {
  private final MadeHere owner = new MadeHere("A model registry");
  private final MemoryGate gate;
  private final Map<String, ModelSlot> slots = new ConcurrentHashMap<>();

  /** Held while a model is loaded; a virtual thread that waits for it is not pinned. */
  private final ReentrantLock changing = new ReentrantLock();

  private boolean closed;

  /** One whose limit is what machine and container have. */
  public ModelRegistry() {
    this.gate = new MemoryGate(0);
  }

  /**
   * One with a limit.
   *
   * @param memoryLimit of all its slots, instead of {@link ModelSlotBuilder#memoryLimit}
   */
  public ModelRegistry(long memoryLimit) {
    this.gate = new MemoryGate(Ranges.bytes("memoryLimit", memoryLimit));
  }

  /**
   * Opens a slot; throws what {@link ModelSlot#swap(Path)} throws.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public ModelSlot open(String name, ModelSlotBuilder settings) {
    changing.lock();
    try {
      if (closed) {
        throw new SwapException(Reason.CLOSED, name + " is not loaded: the registry is closed.");
      }
      if (slots.containsKey(name)) {
        throw new IllegalArgumentException("There is a model of the name " + name + ": swap it.");
      }
      ModelSlot slot = settings.open(gate, owner);
      slots.put(name, slot);
      return slot;
    } finally {
      changing.unlock();
    }
  }

  /** The slot of that name; empty where there is none. Never waits. */
  public Optional<ModelSlot> get(String name) {
    return Optional.ofNullable(slots.get(name));
  }

  /** What is there now. */
  public Map<String, ModelSlot> slots() {
    return Map.copyOf(slots);
  }

  /** Takes a slot out and closes it; does nothing where there is none. */
  public void close(String name) {
    ModelSlot slot = slots.remove(name);
    if (slot != null) {
      slot.close();
    }
  }

  /** Closes all, also where one fails. */
  @Override
  public void close() {
    changing.lock();
    try {
      closed = true;
      closeAll();
    } finally {
      changing.unlock();
    }
  }

  private void closeAll() {
    RuntimeException first = null;
    for (String name : slots.keySet()) {
      try {
        close(name);
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
