package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * A gallery of embeddings in a folder. Changes come one at a time and last when the call returns;
 * searches run in any number of threads, without a lock, on the gallery as it was when they began.
 */
public final class GalleryStore implements AutoCloseable {
  /** Examples in one frame: a few MB that are written, or lost, together. */
  private static final int TOGETHER = 1000;

  /** Changes that may lie in the file beyond twice what is needed. */
  private static final int SLACK = 4096;

  /** The gallery's file in its folder. */
  static final String FILE = "gallery.wwts";

  private final Path path;
  private final ModelKey model;
  private final Index index;
  private final Optional<GalleryWriter> writer;
  private volatile boolean closed;

  private GalleryStore(Path path, ModelKey model, Index index, Optional<GalleryWriter> writer) {
    this.path = path;
    this.model = model;
    this.index = index;
    this.writer = writer;
  }

  /**
   * Opens a gallery for changes, or makes an empty one.
   *
   * @param model whose embeddings it holds
   * @throws GalleryException if it is another model's, damaged, or open elsewhere
   */
  public static GalleryStore open(Path folder, ModelKey model) {
    return open(folder, model, SLACK);
  }

  /** The same with a file that is made anew after fewer changes. */
  static GalleryStore open(Path folder, ModelKey model, int slack) {
    FolderLock lock = FolderLock.take(folder);
    try {
      Index index = new Index(model.dimension());
      GalleryWriter writer = new GalleryWriter(folder.resolve(FILE), lock, model, index, slack);
      return new GalleryStore(folder, model, index, Optional.of(writer));
    } catch (Throwable e) {
      GalleryWriter.release(lock);
      throw e;
    }
  }

  /**
   * Opens a gallery as it is now, whoever has it open: what is changed later does not show.
   *
   * @throws GalleryException if it is not there, another model's, or damaged
   */
  public static GalleryStore openReadOnly(Path folder, ModelKey model) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      throw new GalleryException(
          Reason.UNREADABLE,
          folder + " holds no gallery: name another folder, or add to it, which makes one.");
    }
    Index index = new Index(model.dimension());
    try {
      new LogReader(file, model).read(index::apply);
    } catch (IOException e) {
      throw new GalleryException(
          Reason.UNREADABLE, "%s can't be read: %s".formatted(file, e.getMessage()), e);
    }
    return new GalleryStore(folder, model, index, Optional.empty());
  }

  /**
   * Adds an example; the next search finds it.
   *
   * @return its id
   * @throws GalleryException if it could not be made to last; then it is not here
   */
  public long add(NewExample example) {
    return addAll(List.of(example)).get(0);
  }

  /**
   * Adds many with few waits for the disk. After a failure, the first of them are here or none, in
   * steps of 1,000.
   */
  public List<Long> addAll(List<NewExample> examples) {
    examples.forEach(it -> Embeddings.check(it.embedding(), model.dimension()));
    List<Long> ids = new ArrayList<>();
    for (int from = 0; from < examples.size(); from += TOGETHER) {
      List<NewExample> some = examples.subList(from, Math.min(from + TOGETHER, examples.size()));
      change(
          nextId -> {
            List<Change> changes = new ArrayList<>();
            for (NewExample it : some) {
              Example example = new Example(nextId + changes.size(), it.label(), it.metadata());
              ids.add(example.id());
              changes.add(new Change.Added(example, it.embedding()));
            }
            return changes;
          });
    }
    return ids;
  }

  /** Removes an example; the next search does not find it. Returns whether it was here. */
  public boolean remove(long id) {
    return change(next -> index.contains(id) ? List.of(new Change.Removed(id)) : List.of()) == 1;
  }

  /** Removes all examples of a label, and returns how many these were. */
  public int removeLabel(String label) {
    return change(
        next -> {
          List<Change> changes = new ArrayList<>();
          for (Example it : index.snapshot().examples()) {
            if (it.label().equals(label)) {
              changes.add(new Change.Removed(it.id()));
            }
          }
          return changes;
        });
  }

  /** Sets the similarity below which nothing is recognised. */
  public void threshold(double similarity) {
    change(next -> List.of(new Change.Threshold(similarity)));
  }

  private int change(LongFunction<List<Change>> changing) {
    return changer().change(changing);
  }

  private GalleryWriter changer() {
    return writer.orElseThrow(
        () ->
            new GalleryException(
                Reason.READ_ONLY,
                "The gallery %s is open for reading only: open it for changes.".formatted(path)));
  }

  /** The first id that is free. */
  long nextId() {
    return changer().nextId();
  }

  /** How many examples are here. */
  public int size() {
    return snapshot().size();
  }

  /** All examples, oldest first. */
  public List<Example> examples() {
    return snapshot().examples();
  }

  /** The similarity below which nothing is recognised; -1 before one was set. */
  public double threshold() {
    return snapshot().threshold();
  }

  /** The nearest examples, at most {@code most}; of equally near ones, the older first. */
  public List<Neighbour> nearest(float[] embedding, int most) {
    return nearest(embedding, most, example -> true);
  }

  /** The same of those examples that are wanted. */
  public List<Neighbour> nearest(float[] embedding, int most, Predicate<Example> wanted) {
    Embeddings.check(embedding, model.dimension());
    if (most < 1) {
      throw new IllegalArgumentException("Ask for 1 neighbour or more, not " + most + ".");
    }
    return Search.nearest(snapshot(), embedding, most, wanted);
  }

  /**
   * What a picture is taken for: the label for which most and nearest of ten neighbours speak;
   * empty where the gallery is.
   */
  public Optional<Match> recognize(float[] embedding) {
    Embeddings.check(embedding, model.dimension());
    Snapshot now = snapshot();
    List<Neighbour> nearest = Search.nearest(now, embedding, Match.VOTERS, example -> true);
    return Match.of(nearest, label -> index.centres().cosine(label, embedding), now.threshold());
  }

  /**
   * Chooses the threshold from the gallery's own examples, and sets it.
   *
   * @throws GalleryException if they are too few
   */
  public Calibration calibrate() {
    Snapshot now = snapshot();
    changer(); // before seconds of searches
    Calibration calibration = Calibration.of(now, index.centres());
    threshold(calibration.threshold());
    return calibration;
  }

  /**
   * Groups of examples of which each has another one in its group that is at least so similar,
   * oldest first. Takes a search for each example.
   */
  public List<List<Example>> duplicates(double similarity) {
    return Duplicates.of(snapshot(), similarity);
  }

  Snapshot snapshot() {
    requireOpen();
    return index.snapshot();
  }

  private void requireOpen() {
    if (closed) {
      throw isClosed();
    }
  }

  static GalleryException isClosed() {
    return new GalleryException(Reason.CLOSED, "The gallery is closed: open it again.");
  }

  /** Lets others change it. What was acknowledged is in the file already. */
  @Override
  public void close() {
    closed = true;
    writer.ifPresent(GalleryWriter::close);
  }
}
