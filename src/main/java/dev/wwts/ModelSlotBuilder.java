package dev.wwts;

import dev.wwts.internal.settings.CallListeners;
import dev.wwts.internal.settings.MadeHere;
import dev.wwts.internal.swap.MemoryGate;
import dev.wwts.internal.swap.ModelLoader;
import dev.wwts.internal.swap.RecentPictures;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How a slot changes its models; every setting has a default. Not for several threads at once. */
public final class ModelSlotBuilder {

  private final RecognizerBuilder first;
  private long memoryLimit;
  private boolean requireSelfTest;
  private int pictures;
  private double share;
  private final List<SwapListener> listeners = new ArrayList<>();

  ModelSlotBuilder(RecognizerBuilder first) {
    this.first = Objects.requireNonNull(first);
  }

  /**
   * The most that the process may have resident while a model is loaded beside the present one, in
   * bytes, from 1; what machine and container have if not set. Loading is taken to need 2.2 times
   * the file, 4 times where its weights are in half precision, and 64 MiB. A GPU's memory has
   * {@link RecognizerBuilder#vramBudget}, for each model.
   */
  public ModelSlotBuilder memoryLimit(long bytes) {
    memoryLimit = Ranges.bytes("memoryLimit", bytes);
    return this;
  }

  /** Whether a model without a self-test is refused; false if not set: what has one passes it. */
  public ModelSlotBuilder requireSelfTest(boolean required) {
    requireSelfTest = required;
    return this;
  }

  /**
   * Keeps the last pictures of {@link ModelSlot#answer}, of at most 4 MiB each, and lets a model in
   * only if its best class is the present one's for a share of them. Not if not set. What was not
   * asked yet can't be compared: without pictures any model passes.
   *
   * @param pictures 1 to 4096
   * @param share 0 to 1
   */
  public ModelSlotBuilder compare(int pictures, double share) {
    if (pictures < 1 || pictures > Ranges.MOST_PICTURES || !(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "compare takes 1 to %d pictures and a share from 0 to 1, not %d and %s."
              .formatted(Ranges.MOST_PICTURES, pictures, share));
    }
    this.pictures = pictures;
    this.share = share;
    return this;
  }

  /** Hears of swaps, beside others that were named. */
  public ModelSlotBuilder listener(SwapListener listener) {
    listeners.add(Objects.requireNonNull(listener));
    return this;
  }

  /** Loads the first model; throws what {@link ModelSlot#swap(java.nio.file.Path)} throws. */
  public ModelSlot open() {
    return open(new MemoryGate(memoryLimit), new MadeHere("A model slot"));
  }

  ModelSlot open(MemoryGate gate, MadeHere owner) {
    CallListeners calls = new CallListeners(List.of());
    return new ModelSlot(
        owner,
        calls,
        ModelSlotEntry.wish(first.of(owner, calls)),
        new ModelLoader(gate, requireSelfTest),
        new RecentPictures(pictures, share),
        List.copyOf(listeners));
  }
}
