package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gallery's file, written by one process and only at its end. A change is acknowledged when the
 * disk has it (fsync). What a process that died left unfinished is cut off when the file is opened
 * next; damage before the end is refused, as what lies behind it would be lost.
 *
 * <p>A {@link RandomAccessFile}, as a channel would be closed by an interrupt of the thread that
 * uses it. Calls come one at a time.
 */
final class ChangeLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

  private final Path file;
  private final ModelKey model;
  private RandomAccessFile out;
  private long end;
  private boolean broken;

  private ChangeLog(Path file, ModelKey model, RandomAccessFile out) {
    this.file = file;
    this.model = model;
    this.out = out;
  }

  /**
   * Opens a file, or makes it, and tells what happened so far.
   *
   * @param replay takes the first id that is free, as far as the file's first frame knows
   * @throws GalleryException if it can't be read, is damaged, or is another model's
   */
  static ChangeLog open(Path file, ModelKey model, Replay replay) {
    try {
      Files.deleteIfExists(NewFile.beside(file));
      if (!Files.exists(file)) {
        try (NewFile made = new NewFile(file, new GalleryHeader(model, 1))) {
          made.finish();
        }
      }
      ChangeLog log = new ChangeLog(file, model, new RandomAccessFile(file.toFile(), "rw"));
      try {
        log.recover(replay);
        return log;
      } catch (Throwable e) {
        log.out.close();
        throw e;
      }
    } catch (IOException e) {
      throw new GalleryException(
          Reason.UNREADABLE, "%s can't be read or made: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** What listens while a file is read. */
  interface Replay extends Consumer<Change> {
    /** Before the first change. */
    default void begin(long nextId) {}
  }

  private void recover(Replay replay) throws IOException {
    LogReader reader = new LogReader(file, model);
    end = reader.read(replay);
    long length = out.length();
    if (end < length) {
      LOG.warn(
          "{}: {} bytes of a change that was never acknowledged are cut off", file, length - end);
      out.setLength(end);
      out.getFD().sync();
    }
  }

  /** Bytes that are written and lasting. */
  long size() {
    return end;
  }

  Path file() {
    return file;
  }

  /**
   * Makes changes last: together, or, if this fails, none of them.
   *
   * @throws GalleryException if the disk does not take them
   */
  void append(List<? extends Change> changes) {
    byte[] frame = Frames.of(Changes.encode(changes), end);
    if (broken) {
      throw new GalleryException(
          Reason.NOT_WRITTEN,
          file
              + " takes no more changes since writing failed: close the gallery and open it again.");
    }
    try {
      out.seek(end);
      out.write(frame);
      out.getFD().sync();
      end += frame.length;
    } catch (IOException e) {
      undo(e);
      throw new GalleryException(
          Reason.NOT_WRITTEN,
          "%s: the change was not made, as it could not be written: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** After a failed write, or a failed fsync, nobody knows what the disk has. */
  private void undo(IOException e) {
    try {
      out.setLength(end);
      out.getFD().sync();
    } catch (IOException again) {
      e.addSuppressed(again);
      broken = true;
    }
  }

  /** Puts a shorter file in this one's place; what was appended since {@code from} comes behind. */
  void replaceWith(NewFile shorter, long from) throws IOException {
    new LogReader(file, model).readFrom(from, end, shorter::append);
    // opened before it is renamed: after that, nothing may fail
    RandomAccessFile next = new RandomAccessFile(shorter.path().toFile(), "rw");
    try {
      shorter.finish();
    } catch (IOException e) {
      next.close();
      throw e;
    }
    close();
    out = next;
    end = shorter.size();
    broken = false;
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      LOG.warn("{} was not closed: {}", file, e.getMessage()); // what it has, it has
    }
  }
}
