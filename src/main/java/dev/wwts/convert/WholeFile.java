package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A model file that appears only when it is whole and passes all checks. */
public final class WholeFile {
  /** torch takes the archive's folder from it: a fixed one makes equal models equal files. */
  private static final String NAME = "model.pt";

  private WholeFile() {}

  /** Writes a file. */
  public interface Writing {
    /** Writes all of it to a file that is not there yet. */
    void to(Path file) throws IOException;
  }

  /**
   * Writes, reads what was written as any model file is read, and puts it where it belongs.
   *
   * @throws ModelException if it can't be written, or is none that is read here; {@code out} is as
   *     it was then
   */
  public static void write(Path out, Writing writing) {
    Path parent = out.toAbsolutePath().getParent();
    try {
      Path folder = Files.createTempDirectory(parent, ".convert-");
      Path file = folder.resolve(NAME);
      try {
        writing.to(file);
        requireModel(file, out);
        Files.move(file, out, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new ModelException(
          Reason.UNREADABLE, out + " can't be written: " + e.getMessage() + ".", e);
    }
  }

  private static void requireModel(Path file, Path out) {
    try {
      Bundle.read(file, null, false).close();
    } catch (ModelException e) {
      // who asked for a file knows nothing of the one beside it, which is gone
      String message = String.valueOf(e.getMessage()).replace(file.toString(), out.toString());
      throw new ModelException(e.reason(), message, e);
    }
  }
}
