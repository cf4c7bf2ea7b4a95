package dev.wwts.internal.gallery;

import dev.wwts.internal.threads.Uninterrupted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file of what is in a gallery now beside the one that has grown with changes, in a thread
 * of its own. Changes go on meanwhile, and wait only while theirs are copied and the new file takes
 * its place.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

  /** Examples in one frame. */
  private static final int TOGETHER = 1000;

  private final ChangeLog log;
  private final ModelKey model;
  private final ReentrantLock writing;
  private Thread thread = new Thread(() -> {});
  private volatile boolean stopped;

  /** One for a file that is changed under a lock. */
  Compaction(ChangeLog log, ModelKey model, ReentrantLock writing) {
    this.log = log;
    this.model = model;
    this.writing = writing;
  }

  boolean isRunning() {
    return thread.isAlive();
  }

  /** Begins, under the lock, with what is in the gallery. */
  void start(Snapshot snapshot, long nextId) {
    long from = log.size();
    thread =
        new Thread(() -> run(snapshot, new GalleryHeader(model, nextId), from), "wwts-gallery");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Snapshot snapshot, GalleryHeader header, long from) {
    try (NewFile file = new NewFile(log.file(), header)) {
      write(snapshot, file);
      file.sync();
      writing.lock();
      try {
        if (!stopped) {
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
          if (stopped) {
            return;
          }
          some.add(new Change.Added(example, embedding));
          if (some.size() == TOGETHER) {
            file.append(some);
            some.clear();
          }
        });
    file.append(some);
  }

  /** Under the lock: the file keeps its place. */
  void stop() {
    stopped = true;
  }

  /** Waits until nothing is written any more. */
  void await() {
    Uninterrupted.join(thread);
  }
}
