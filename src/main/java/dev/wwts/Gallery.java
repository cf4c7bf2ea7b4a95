package dev.wwts;

import dev.wwts.internal.gallery.GalleryStore;
import dev.wwts.internal.gallery.ModelKey;
import dev.wwts.internal.gallery.NewExample;
import dev.wwts.internal.gallery.Rebuild;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Recognition that learns while it runs: labelled pictures in a folder, known from the next call on
 * and forgotten by the next one.
 *
 * <pre>{@code
 * try (Recognizer recognizer = Recognizer.load(Path.of("models/default.pt"));
 *     Gallery gallery = Gallery.open(Path.of("goods"), recognizer)) {
 *   long id = gallery.add("红茶", Picture.of(photo));
 *   gallery.recognize(Picture.of(other)).result().ifPresent(it -> it.example().label());
 *   gallery.remove(id);
 * }
 * }</pre>
 *
 * <p>It keeps {@linkplain Recognizer#embed(Picture) embeddings}, not the pictures, and belongs to
 * the model that made them. A change lasts when its call returns, whatever becomes of the process
 * then. One gallery serves any number of threads; one process at a time has the folder open for
 * changes, while others {@linkplain #openReadOnly read} it as it is.
 *
 * <p>Every method that takes a picture throws what {@link Recognizer#embed(Picture)} does, and all
 * throw a {@link GalleryException} once the gallery is closed, or if it is to change one that is
 * open for reading only.
 */
public final class Gallery implements AutoCloseable {
  /** Digits of a SHA-256 that tell models apart in a sentence. */
  private static final int SHOWN = 12;

  private final Model model;
  private final GalleryStore store;

  private Gallery(Model model, GalleryStore store) {
    this.model = model;
    this.store = store;
  }

  /** Whose embeddings they are: a recognizer's, or those of what is in a slot now. */
  private interface Model {
    float[] ask(Function<Recognizer, float[]> what);
  }

  /**
   * A labelled picture of a gallery.
   *
   * @param id given by the gallery, never twice
   * @param label what is in the picture
   * @param metadata what was given with it
   */
  public record Example(long id, String label, Map<String, String> metadata) {
    /** The metadata are not changed any more. */
    public Example {
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
  }

  /**
   * An example that is like a picture.
   *
   * @param similarity the cosine of their embeddings, from -1 to 1
   */
  public record Neighbour(Example example, double similarity) {}

  /**
   * What a picture was recognised as.
   *
   * @param result the nearest example of its label; empty where it is less similar than the
   *     threshold: not recognised
   * @param best the same, whatever its similarity; empty only where the gallery is
   * @param nearest the nearest example of all, which may have another label
   */
  public record Match(
      Optional<Neighbour> result, Optional<Neighbour> best, Optional<Neighbour> nearest) {}

  /**
   * A threshold, and what the gallery's own examples say of it: each was asked without itself, as
   * the next picture of its label would be, and without its label, as a picture of something else.
   *
   * @param threshold the similarity at which the two parts together are greatest
   * @param recognized the part of the pictures of known labels that is recognised, and rightly
   * @param refused the part of the pictures of other things that is not recognised
   * @param examples how many were asked
   */
  public record Calibration(double threshold, double recognized, double refused, int examples) {}

  /**
   * Opens a gallery, or makes an empty one. The recognizer stays its owner's to close, later.
   *
   * @throws GalleryException if it holds another model's embeddings, is damaged, or open elsewhere
   * @throws ModelException if the model gives no embeddings
   */
  public static Gallery open(Path folder, Recognizer recognizer) {
    return new Gallery(what -> what.apply(recognizer), GalleryStore.open(folder, key(recognizer)));
  }

  /**
   * Opens a gallery as it is now, only to read it, whoever has it open: what is changed later does
   * not show.
   *
   * @throws GalleryException if it is not there, holds another model's embeddings, or is damaged
   * @throws ModelException if the model gives no embeddings
   */
  public static Gallery openReadOnly(Path folder, Recognizer recognizer) {
    return new Gallery(
        what -> what.apply(recognizer), GalleryStore.openReadOnly(folder, key(recognizer)));
  }

  /**
   * The same with the model that is in a slot. While a swap has put another file's model there,
   * methods that take a picture throw a {@link GalleryException}; the rest goes on, and all of it
   * once the first model is there again.
   */
  public static Gallery open(Path folder, ModelSlot slot) {
    ModelKey key = slot.with((recognizer, version) -> key(recognizer));
    GalleryStore store = GalleryStore.open(folder, key);
    return new Gallery(
        what ->
            slot.with(
                (recognizer, version) -> {
                  requireSame(key.sha256(), version.sha256());
                  return what.apply(recognizer);
                }),
        store);
  }

  private static void requireSame(String made, String here) {
    if (!here.equals(made)) {
      throw new GalleryException(
          GalleryException.Reason.OTHER_MODEL,
          "The gallery was made with the model %s..., and %s... is in its place now: swap that one in again, or make a new gallery."
              .formatted(made.substring(0, SHOWN), here.substring(0, SHOWN)));
    }
  }

  private static ModelKey key(Recognizer recognizer) {
    return new ModelKey(recognizer.embeddingModel(), recognizer.model().embedding());
  }

  /**
   * Makes a gallery for another model of one's examples, with their ids, labels and metadata;
   * {@link #calibrate} chooses its threshold. That gallery stays as it is.
   *
   * @param from the gallery, not open
   * @param to a folder without one, where it appears when it is whole
   * @param recognizer the other model
   * @param pictures where an example's picture is; empty where it was not kept
   * @return the examples that are left out, as their picture is not there or can't be read
   * @throws GalleryException if one of them can't be read or written
   * @throws ModelException if the model gives no embeddings
   */
  public static List<Example> rebuild(
      Path from, Path to, Recognizer recognizer, Function<Example, Optional<Picture>> pictures) {
    return Rebuild.run(
            from,
            to,
            key(recognizer),
            it -> {
              try {
                return pictures
                    .apply(example(it))
                    .map(
                        picture ->
                            requireSome(recognizer, recognizer.embed(picture), picture.name()));
              } catch (PictureException e) {
                return Optional.empty();
              }
            })
        .stream()
        .map(Gallery::example)
        .toList();
  }

  /**
   * Adds a picture; the next call knows it.
   *
   * @return its id
   * @throws GalleryException if it could not be written; then it was not added
   */
  public long add(String label, Picture picture) {
    return add(label, picture, Map.of());
  }

  /**
   * The same with what is to be found again with it, such as an article's number or a file's name.
   *
   * @param label 1 to 1,000 characters, not only spaces
   * @param metadata at most 65,536 characters altogether
   */
  public long add(String label, Picture picture, Map<String, String> metadata) {
    return store.add(new NewExample(label, embed(picture), metadata));
  }

  /** Forgets an example, and returns whether it was here. */
  public boolean remove(long id) {
    return store.remove(id);
  }

  /** Forgets all examples of a label, and returns how many these were. */
  public int removeLabel(String label) {
    return store.removeLabel(label);
  }

  /**
   * What a picture shows: the label for which the nearest examples and the middle of all its own
   * speak most.
   */
  public Match recognize(Picture picture) {
    var match = store.recognize(embed(picture));
    Optional<Neighbour> best = match.map(it -> neighbour(it.nearest()));
    return new Match(
        match.filter(it -> it.recognized()).flatMap(it -> best),
        best,
        match.map(it -> neighbour(it.closest())));
  }

  /** The examples that are most like a picture, at most {@code most} of them, nearest first. */
  public List<Neighbour> search(Picture picture, int most) {
    return store.nearest(embed(picture), most).stream().map(Gallery::neighbour).toList();
  }

  /**
   * The same for a text, of models that know texts.
   *
   * @throws ModelException if the model has no text tower
   */
  public List<Neighbour> search(String text, int most) {
    float[] embedding = model.ask(it -> requireSome(it, it.embed(text), "that text"));
    return store.nearest(embedding, most).stream().map(Gallery::neighbour).toList();
  }

  /**
   * Chooses the threshold of {@link #recognize} from the gallery's own examples, and keeps it until
   * the next time. Takes two searches for each example, or for 2,000 of them.
   *
   * @throws GalleryException if there are not two labels, one of them with two examples
   */
  public Calibration calibrate() {
    var chosen = store.calibrate();
    return new Calibration(
        chosen.threshold(), chosen.recognized(), chosen.refused(), chosen.examples());
  }

  /** The similarity below which nothing is recognised; -1 (all is) before one was set. */
  public double threshold() {
    return store.threshold();
  }

  /** Sets that similarity, -1 to 1, and keeps it. */
  public void threshold(double similarity) {
    store.threshold(Ranges.similarity(similarity));
  }

  /**
   * Groups of examples of which each has another one in its group that is at least so similar, the
   * oldest first. Takes a search for each example.
   */
  public List<List<Example>> duplicates(double similarity) {
    return store.duplicates(Ranges.similarity(similarity)).stream()
        .map(group -> group.stream().map(Gallery::example).toList())
        .toList();
  }

  /** All examples, oldest first. */
  public List<Example> examples() {
    return store.examples().stream().map(Gallery::example).toList();
  }

  /** Each label, in their order, and how many examples it has. */
  public SortedMap<String, Integer> labels() {
    SortedMap<String, Integer> labels = new TreeMap<>();
    store.examples().forEach(it -> labels.merge(it.label(), 1, Integer::sum));
    return labels;
  }

  /** How many examples there are. */
  public int size() {
    return store.size();
  }

  /** Lets others open the folder; closing twice does nothing. */
  @Override
  public void close() {
    store.close();
  }

  private float[] embed(Picture picture) {
    return model.ask(
        recognizer -> requireSome(recognizer, recognizer.embed(picture), picture.name()));
  }

  private static float[] requireSome(Recognizer recognizer, float[] embedding, String what) {
    for (float value : embedding) {
      if (value != 0) {
        return embedding;
      }
    }
    throw new ModelException(
        ModelException.Reason.BAD_OUTPUT,
        "%s finds no features in %s, all are 0: leave it out."
            .formatted(recognizer.model().name(), what));
  }

  private static Neighbour neighbour(dev.wwts.internal.gallery.Neighbour found) {
    return new Neighbour(example(found.example()), found.similarity());
  }

  private static Example example(dev.wwts.internal.gallery.Example found) {
    return new Example(found.id(), found.label(), found.metadata());
  }
}
