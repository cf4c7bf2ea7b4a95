package dev.wwts.internal.natives;

import dev.wwts.DeviceException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A shared library in a folder of its own that only this user can enter, so that what was checked
 * is what the system's loader maps. It lies where the presets' libraries do: nobody else can write
 * there, and code may run from there. Once mapped it can go.
 */
public final class PrivateFile implements AutoCloseable {
  private static final String FOLDER = "model-";
  private static final String FILE = "network.so";

  private final Path folder;
  private final String what;

  private PrivateFile(Path folder, String what) {
    this.folder = folder;
    this.what = what;
  }

  /** What writes its bytes. */
  public interface Content {
    /** Writes all of them. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Writes one.
   *
   * @param what to call it
   * @param bytes how many it has
   * @throws DeviceException if there is no room or no right to write; the message says what to do
   */
  public static PrivateFile write(String what, long bytes, Content content) {
    PrivateFile file = new PrivateFile(folder(what), what);
    try (WritableByteChannel channel =
        Files.newByteChannel(
            file.path(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      content.writeTo(channel);
      return file;
    } catch (IOException e) {
      file.close();
      throw new DeviceException(
          LoadFailure.unwritable(what, String.valueOf(e.getMessage()), file.folder, bytes), e);
    }
  }

  private static Path folder(String what) {
    boolean isPosix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rwx------");
    FileAttribute<?>[] attributes =
        isPosix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mine)}
            : new FileAttribute<?>[0];
    try {
      return Files.createTempDirectory(Natives.folder(), FOLDER, attributes);
    } catch (IOException e) {
      throw new DeviceException(
          "%s: no folder for its machine code can be made beside the native libraries. %s"
              .formatted(what, LoadFailure.ANOTHER_FOLDER),
          e);
    }
  }

  /** Where it is. */
  public Path path() {
    return folder.resolve(FILE);
  }

  /** What to say where the system's loader refused it with those words. */
  public String refused(String words) {
    return LoadFailure.refused(what, words, folder);
  }

  /** Removes it; what is mapped stays. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      path().toFile().deleteOnExit();
    }
  }
}
