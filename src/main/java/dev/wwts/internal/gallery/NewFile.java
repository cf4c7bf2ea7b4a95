package dev.wwts.internal.gallery;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gallery's file in the making, beside the one whose place it takes at once and whole. */
final class NewFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NewFile.class);

  private final Path file;
  private final Path made;
  private final FileOutputStream out;
  private long end;

  NewFile(Path file, GalleryHeader header) throws IOException {
    this.file = file;
    made = beside(file);
    out = new FileOutputStream(made.toFile());
    frame(header.encode());
  }

  /** Where one is made; what lies there belongs to a process that died. */
  static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  Path path() {
    return made;
  }

  long size() {
    return end;
  }

  void append(List<? extends Change> changes) {
    try {
      frame(Changes.encode(changes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void frame(byte[] payload) throws IOException {
    byte[] frame = Frames.of(payload, end);
    out.write(frame);
    end += frame.length;
  }

  /** So that little is left to wait for when it takes its place. */
  void sync() throws IOException {
    out.getFD().sync();
  }

  /** Takes the other file's place, lastingly. */
  void finish() throws IOException {
    sync();
    out.close();
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      sync(folder);
    }
  }

  /** The name in the folder lasts only once the folder does; Windows has no such thing. */
  private static void sync(Path folder) {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      LOG.debug("{} can't be synced: {}", folder, e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(made);
  }
}
