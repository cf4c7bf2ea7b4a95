package dev.wwts.internal.gallery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who changes a gallery: one change at a time, which is written to the file first and then shown in
 * the index. The file is made anew once much of it is no longer needed.
 */
final class GalleryWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GalleryWriter.class);

  private final int slack;
  private final FolderLock folder;
  private final Index index;
  private final ReentrantLock writing = new ReentrantLock();
  private final ChangeLog log;
  private final Compaction compaction;
  private long nextId;
  private long recorded;
  private boolean closed;

  /**
   * One that has read the file, or made it.
   *
   * @param file the gallery's
   * @param folder becomes the writer's, unless this fails
   * @param index is told of all changes so far, and of those to come
   * @param slack changes that may lie in the file beyond twice what is needed
   */
  GalleryWriter(Path file, FolderLock folder, ModelKey model, Index index, int slack) {
    this.slack = slack;
    this.folder = folder;
    this.index = index;
    log = ChangeLog.open(file, model, new Replaying());
    compaction = new Compaction(log, model, writing);
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
   * Makes changes last, then shows them.
   *
   * @param changing what they are, decided while nobody else changes anything, with the first id
   *     that is free
   * @return how many these were
   */
  int change(LongFunction<List<Change>> changing) {
    writing.lock();
    try {
      if (closed) {
        throw GalleryStore.isClosed();
      }
      List<Change> changes = changing.apply(nextId);
      if (!changes.isEmpty()) {
        nextId += changes.stream().filter(Change.Added.class::isInstance).count();
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

  /** The first id that is free. */
  long nextId() {
    return nextId;
  }

  private void compactIfDue() {
    Snapshot now = index.snapshot();
    if (recorded > 2L * now.size() + slack && !compaction.isRunning()) {
      compaction.start(now, nextId);
      recorded = now.size();
    }
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
      compaction.stop();
      log.close();
    } finally {
      writing.unlock();
    }
    compaction.await();
    release(folder);
  }

  static void release(FolderLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("A gallery's lock was not closed: {}", e.getMessage()); // it ends with the process
    }
  }
}
