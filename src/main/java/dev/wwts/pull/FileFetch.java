package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;
import static dev.wwts.ModelException.Reason.WRONG_SHA256;

import dev.wwts.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Brings a pinned file here, from web servers or a folder, and holds it against its digest before
 * anything reads it.
 *
 * @param client asks servers
 * @param listener hears how it goes
 */
record FileFetch(Client client, PullListener listener) {
  /**
   * From the first of these addresses that has it, going on where an earlier try ended.
   *
   * @param whole where the file is to be; what is not all of it lies beside, as {@code *.part}
   * @throws ModelException if none has it, or it is another file
   */
  void download(PinnedFile file, List<URI> addresses, Path whole) throws IOException {
    if (isHere(file, whole)) {
      return;
    }
    Path part = part(whole);
    for (int i = 0; ; i++) {
      URI address = addresses.get(i);
      listener.say(
          "Opening a connection to %s for %s, %,d bytes."
              .formatted(address.getHost(), file.name(), file.bytes()));
      try {
        download(file, address, part);
        break;
      } catch (ModelException e) {
        if (i == addresses.size() - 1) {
          throw e;
        }
        listener.say(String.valueOf(e.getMessage()));
      }
    }
    finish(part, whole);
  }

  /** A copy, so that what was hashed is what is read, whatever becomes of the original. */
  void copy(PinnedFile file, Path from, Path whole) throws IOException {
    if (isHere(file, whole)) {
      return;
    }
    Path part = part(whole);
    copyTo(part, file, from);
    finish(part, whole);
  }

  private static boolean isHere(PinnedFile file, Path whole) {
    return Files.exists(whole) && file.is(whole);
  }

  private static Path part(Path whole) {
    return whole.resolveSibling(whole.getFileName() + ".part");
  }

  private static void finish(Path part, Path whole) throws IOException {
    Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(part.resolveSibling(part.getFileName() + ".etag"));
  }

  private static void copyTo(Path to, PinnedFile file, Path from) {
    if (!Files.isRegularFile(from)) {
      throw new ModelException(
          UNREADABLE, "%s does not exist: --from wants the folder it lies in.".formatted(from));
    }
    try {
      if (Files.size(from) != file.bytes()) {
        throw new ModelException(
            UNREADABLE,
            "%s has %,d bytes, not %,d: it is another file, or not all of it."
                .formatted(from, Files.size(from), file.bytes()));
      }
      try (InputStream in = Files.newInputStream(from)) {
        // not with its permissions: a copy that can't be written is none to go on with
        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw Failures.unwritable(to, e);
    }
    if (!file.is(to)) {
      throw wrong(from.toString(), file, to);
    }
  }

  private void download(PinnedFile file, URI address, Path part) {
    Download download = new Download(file, part, client, listener);
    boolean isOfOnePiece = download.fetch(address);
    if (file.is(part)) {
      return;
    }
    if (!isOfOnePiece) {
      listener.say("The parts do not fit together; starting anew.");
      download.discard();
      download.fetch(address);
      if (file.is(part)) {
        return;
      }
    }
    throw wrong(address.getHost(), file, part);
  }

  private static ModelException wrong(String from, PinnedFile file, Path part) {
    String actual = file.digestOf(part);
    try {
      Files.delete(part);
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
    return new ModelException(
        WRONG_SHA256,
        "%s from %s has %s %s, not %s: it is not the file that was asked for, and was removed."
            .formatted(file.name(), from, file.kind(), actual, file.digest()));
  }
}
