package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The right to change a gallery, which one holder on the machine has; it ends with the process. */
final class FolderLock implements AutoCloseable {
  /**
   * Folders that this process holds. Asked first: closing any channel of a locked file would give
   * up the process's lock.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes it, or makes the folder and takes it.
   *
   * @throws GalleryException if another holder has it, or the folder can't be made
   */
  static FolderLock take(Path folder) {
    try {
      Files.createDirectories(folder);
      Path real = folder.toRealPath();
      if (!HELD.add(real)) {
        throw inUse(folder, "in this process already: use that one");
      }
      FolderLock lock = null;
      try {
        lock = lock(real);
        if (lock == null) {
          throw inUse(folder, "by another process: close it there, or use a copy of the folder");
        }
        return lock;
      } finally {
        if (lock == null) {
          HELD.remove(real);
        }
      }
    } catch (IOException e) {
      throw new GalleryException(
          Reason.UNREADABLE,
          "The gallery's folder %s can't be used: %s".formatted(folder, e.getMessage()),
          e);
    }
  }

  /** The folder, whatever links lead to it. */
  Path folder() {
    return folder;
  }

  private static @Nullable FolderLock lock(Path real) throws IOException {
    FileChannel channel =
        FileChannel.open(real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      return null;
    }
    return new FolderLock(real, channel);
  }

  private static GalleryException inUse(Path folder, String where) {
    return new GalleryException(
        Reason.IN_USE, "The gallery %s is open for changes %s.".formatted(folder, where));
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(folder);
    }
  }
}
