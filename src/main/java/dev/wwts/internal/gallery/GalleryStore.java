package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gallery of embeddings in a folder. Changes come one at a time and last when the call returns;
 * searches run in any number of threads, without a lock, on the gallery as it was when they began.
 */
public final class GalleryStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GalleryStore.class);

  /** Examples in one frame: a few MB that are written, or lost, together. */
  private static final int TOGETHER = 1000;

  /** Changes that may lie in the file beyond twice what is needed. */
  private static final int SLACK = 4096;

  private final ModelKey model;
  private final int slack;
  private final FolderLock folder;
  private final Index index;
  private final ReentrantLock writing = new ReentrantLock();
  private final ChangeLog log;
  private long nextId;
  private long recorded;
  private Thread compaction = new Thread(() -> {});
  private volatile boolean closed;

  private GalleryStore(Path path, ModelKey model, FolderLock folder, int slack) {
    this.model = model;
    this.slack = slack;
    this.folder = folder;
    index = new Index(model.dimension());
    log = ChangeLog.open(path.resolve("gallery.wwts"), model, new Replaying());
  }

  /** Rebuilds the index from the file. */
  private final class Replaying implements ChangeLog.Replay {
    @Override
    public void begin(long first) {
      nextId = first;
    }

    @Override
    public void accept(Change change) {
      index.apply(change);
      recorded++;
      if (change instanceof Change.Added added) {
        nextId = Math.max(nextId, added.example().id() + 1);
      }
    }
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
      return new GalleryStore(folder, model, lock, slack);
    } catch (Throwable e) {
      release(lock);
      throw e;
    }
  }

  private static void release(FolderLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("A gallery's lock was not closed: {}", e.getMessage()); // it ends with the process
    }
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
          () -> {
            List<Change> changes = new ArrayList<>();
            for (NewExample it : some) {
              ids.add(nextId);
              Example example = new Example(nextId++, it.label(), it.metadata());
              changes.add(new Change.Added(example, it.embedding()));
            }
            return changes;
          });
    }
    return ids;
  }

  /** Removes an example; the next search does not find it. Returns whether it was here. */
  public boolean remove(long id) {
    return change(() -> index.contains(id) ? List.of(new Change.Removed(id)) : List.<Change>of())
        == 1;
  }

  /** Removes all examples of a label, and returns how many these were. */
  public int removeLabel(String label) {
    return change(
        () -> {
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
    change(() -> List.of(new Change.Threshold(similarity)));
  }

  private interface Changing {
    List<Change> changes();
  }

  /** What was decided under the lock is written first, then shown. Returns how many these were. */
  private int change(Changing changing) {
    writing.lock();
    try {
      requireOpen();
      List<Change> changes = changing.changes();
      if (!changes.isEmpty()) {
        log.append(changes);
        changes.forEach(index::apply);
        recorded += changes.size();
        compactIfDue();
      }
      return changes.size();
    } finally {
      writing.unlock();
    }
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

  Snapshot snapshot() {
    requireOpen();
    return index.snapshot();
  }

  private void requireOpen() {
    if (closed) {
      throw new GalleryException(Reason.CLOSED, "The gallery is closed: open it again.");
    }
  }

  private void compactIfDue() {
    if (recorded > 2L * index.snapshot().size() + slack && !compaction.isAlive()) {
      compaction = new Thread(this::compact, "wwts-gallery");
      compaction.setDaemon(true);
      compaction.start();
    }
  }

  /**
   * Writes a file of what is here now beside the other; changes go on meanwhile, and wait only
   * while theirs are copied and the new file takes its place.
   */
  private void compact() {
    Snapshot snapshot;
    long from;
    long first;
    writing.lock();
    try {
      snapshot = index.snapshot();
      from = log.size();
      first = nextId;
      recorded = snapshot.size();
    } finally {
      writing.unlock();
    }
    try (NewFile file = new NewFile(log.file(), new GalleryHeader(model, first))) {
      write(snapshot, file);
      file.sync();
      writing.lock();
      try {
        if (!closed) {
          log.replaceWith(file, from);
        }
      } finally {
        writing.unlock();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} stays longer than needed: {}", log.file(), e.getMessage());
    }
  }

  private void write(Snapshot snapshot, NewFile file) {
    file.append(List.of(new Change.Threshold(snapshot.threshold())));
    List<Change> some = new ArrayList<>();
    snapshot.forEach(
        (example, embedding) -> {
          if (closed) {
            throw new IllegalStateException("the gallery was closed meanwhile");
          }
          some.add(new Change.Added(example, embedding));
          if (some.size() == TOGETHER) {
            file.append(some);
            some.clear();
          }
        });
    file.append(some);
  }

  /** Lets others change it. What was acknowledged is in the file already. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      log.close();
    } finally {
      writing.unlock();
    }
    awaitCompaction();
    release(folder);
  }

  private void awaitCompaction() {
    boolean interrupted = false;
    while (compaction.isAlive()) {
      try {
        compaction.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
