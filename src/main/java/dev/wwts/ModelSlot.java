package dev.wwts;

import dev.wwts.SwapException.Reason;
import dev.wwts.internal.model.Sha256;
import dev.wwts.internal.settings.CallListeners;
import dev.wwts.internal.settings.MadeHere;
import dev.wwts.internal.swap.Generation;
import dev.wwts.internal.swap.Generations;
import dev.wwts.internal.swap.ModelLoader;
import dev.wwts.internal.swap.RecentPictures;
import dev.wwts.internal.swap.Wish;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A place that holds a model and changes it while calls go on. Any number of threads may call.
 *
 * <pre>{@code
 * try (ModelSlot slot = ModelSlot.open(Path.of("models/default.pt"))) {
 *   Answer.Recognized before = slot.answer(picture);
 *   slot.swap(Path.of("models/next.pt"), sha256);
 *   Answer.Recognized after = slot.answer(picture);
 * }
 * }</pre>
 *
 * <p>The next model is loaded beside the present one, at low priority: its pin and the memory for
 * it are checked, it is warmed up, its self-test is replayed on the device and in the precision
 * that were asked for, and it may be compared on the last pictures. Then it takes the place at
 * once: calls that began before end with the old model, which is closed after the last of them;
 * calls that begin after are answered by the new one. No call meets a closed model, and no batch
 * two. Whatever goes wrong before, the old one stays.
 *
 * <p>Swaps of a slot happen one after the other; a second waits. {@link #close()} ends a swap that
 * is on its way, waits for calls in flight, and later calls throw a {@link
 * RecognizerClosedException}.
 */
public final class ModelSlot implements AutoCloseable {
  private final MadeHere owner;
  private final CallListeners calls;
  private final Generations<ModelSlotEntry> generations;
  private final RecentPictures recent;
  private final Set<ModelWatch> watches = ConcurrentHashMap.newKeySet();

  ModelSlot(
      MadeHere owner,
      CallListeners calls,
      Wish<ModelSlotEntry> first,
      ModelLoader loader,
      RecentPictures recent,
      List<SwapListener> listeners) {
    this.owner = owner;
    this.calls = calls;
    this.recent = recent;
    this.generations = new Generations<>(first, loader, recent, listeners);
  }

  /**
   * Opens one with a model, with all defaults; throws what {@link #swap(Path)} throws.
   *
   * @param model the first model's file
   */
  public static ModelSlot open(Path model) {
    return builder(Recognizer.builder(model)).open();
  }

  /** Settings for a slot. */
  public static ModelSlotBuilder builder(RecognizerBuilder first) {
    return new ModelSlotBuilder(first);
  }

  /**
   * What a picture was recognised as.
   *
   * @throws PictureException if it can't be read
   */
  public Answer.Recognized answer(Picture picture) {
    Generation<ModelSlotEntry> generation = generations.enter();
    try {
      Answer.Recognized answer = generation.model().answer(picture);
      recent.keep(picture, answer, generation.version().generation());
      return answer;
    } finally {
      generation.leave();
    }
  }

  /**
   * The same without waiting, by the model that is there now; see {@link Recognizer#answerAsync}.
   */
  public CompletableFuture<Answer> answerAsync(Picture picture) {
    Generation<ModelSlotEntry> generation = generations.enter();
    try {
      // one that is cancelled leaves early: closing the model waits for what is still running
      return generation.model().recognizer().answerAsync(picture, generation::leave);
    } catch (RuntimeException | Error e) {
      generation.leave();
      throw e;
    }
  }

  /** The same for many pictures, all by one model; see {@link Recognizer#answers}. */
  public List<Answer> answers(List<Picture> pictures) {
    return with((recognizer, version) -> recognizer.answers(pictures));
  }

  /**
   * Does something with the model that is there now, and tells which one that is. It stays open
   * until this ends, so don't keep it, and leave closing it to the slot. What is done may close the
   * slot, or swap: the next model answers then, and this one is closed when this ends.
   */
  public <T> T with(BiFunction<Recognizer, ModelVersion, T> use) {
    Generation<ModelSlotEntry> generation = generations.enter();
    generation.enterCaller();
    try {
      return use.apply(generation.model().recognizer(), generation.version());
    } finally {
      generation.leaveCaller();
      generation.leave();
    }
  }

  /** The model that answers calls which begin now. */
  public ModelVersion version() {
    return generations.current().version();
  }

  /**
   * How it goes: calls are counted since the slot was opened, by all its models; lanes, threads and
   * memory are those of the models that are open now. Waits for nothing.
   */
  public Stats stats() {
    return generations.stats();
  }

  /** One more hears of calls, those of later models too. */
  void listen(CallListener listener) {
    calls.add(listener);
  }

  /**
   * Puts another file's model in this one's place, loaded with the same settings. Returns when it
   * is there and the old one closed, which calls that last may put off for ten seconds, after which
   * only the closing goes on; within {@link #with} it does not wait for that.
   *
   * @throws SwapException if it may not take the place; {@link Reason#NOT_PINNED} if the present
   *     one was loaded with a SHA-256
   * @throws ModelException if it is not whole or not valid
   * @throws DeviceException if JavaCPP's limit of memory is too low
   * @throws OutOfDeviceMemoryException if the GPU's memory, or the budget for it, is too small for
   *     both
   */
  public ModelVersion swap(Path model) {
    return generations.swap(() -> unpinned(model), model);
  }

  /** The same for a file that must have this SHA-256, 64 hexadecimal digits. */
  public ModelVersion swap(Path model, String sha256) {
    return generations.swap(() -> generations.current().model().wish(model, sha256), model);
  }

  /** The same with other settings: device, precision, lanes, pin. */
  public ModelVersion swap(RecognizerBuilder next) {
    Wish<ModelSlotEntry> wish = ModelSlotEntry.wish(next.of(owner, calls));
    return generations.swap(() -> wish, wish.file());
  }

  private Wish<ModelSlotEntry> unpinned(Path model) {
    ModelSlotEntry now = generations.current().model();
    if (now.isPinned()) {
      throw new SwapException(
          Reason.NOT_PINNED,
          "%s comes without a SHA-256, and %s was pinned: name it, or give a RecognizerBuilder without one."
              .formatted(model, version().file()));
    }
    return now.wish(model, null);
  }

  /**
   * Swaps to what lies in a file, or to the newest .pt or .pt2 file of a folder, whenever that is
   * another one, until the slot or what is returned is closed. As {@link #swap(Path)}: errors go to
   * the log and to {@link SwapListener#failed}, and a file that failed is not tried again until it
   * changes. Put a file there by renaming it: what is being written is taken when it has rested for
   * a second.
   *
   * <p>Whoever may write there chooses the model.
   */
  public ModelWatch watch(Path fileOrFolder) {
    return start(fileOrFolder, Duration.ofSeconds(1), ModelSlot::swap);
  }

  /**
   * The same with other settings or pins.
   *
   * @param rest how long a file must not have changed
   * @param how to load a file that was found
   */
  public ModelWatch watch(Path fileOrFolder, Duration rest, Function<Path, RecognizerBuilder> how) {
    return start(
        fileOrFolder,
        rest,
        (slot, found) ->
            slot.generations.swap(
                () -> ModelSlotEntry.wish(how.apply(found).of(slot.owner, slot.calls)), found));
  }

  private ModelWatch start(Path fileOrFolder, Duration rest, BiConsumer<ModelSlot, Path> swap) {
    // a slot that nobody has any more is not kept by what looks for its next model
    WeakReference<ModelSlot> here = new WeakReference<>(this);
    ModelWatch watch =
        ModelWatch.start(
            fileOrFolder,
            rest,
            () -> here.get() != null,
            found -> {
              ModelSlot slot = here.get();
              if (slot != null) {
                slot.take(found, swap);
              }
            });
    watches.removeIf(ModelWatch::isClosed);
    watches.add(watch);
    if (generations.isClosed()) {
      watch.close();
    }
    return watch;
  }

  private void take(Path found, BiConsumer<ModelSlot, Path> swap) {
    try {
      if (!isHere(found)) {
        swap.accept(this, found);
      }
    } catch (RuntimeException e) {
      // log and listener have heard of it
    }
  }

  private boolean isHere(Path found) {
    try {
      return version().sha256().equals(Sha256.of(found));
    } catch (ModelException e) {
      // loading it tells
      return false;
    }
  }

  /** Refuses further calls, waits for those in flight and frees everything. */
  @Override
  public void close() {
    try {
      generations.close();
    } finally {
      // a watch that starts meanwhile sees that it is closed
      watches.forEach(ModelWatch::close);
    }
  }
}
