package dev.wwts.pull;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that is fetched. Its digest is its identity: who serves it does not matter.
 *
 * @param name its file name
 * @param bytes its exact size
 * @param digest its SHA-256 in 64 small hexadecimal digits, or what git calls it in 40: the SHA-1
 *     of its size and bytes, all that a hub says of small files
 */
record PinnedFile(String name, long bytes, String digest) {
  /** More is no file of a model's weights. */
  static final long MOST = 4L << 30;

  private static final int GIT = 40;

  /** Whether a text is such a digest. */
  static boolean isDigest(String text) {
    return text.matches("[0-9a-f]{64}|[0-9a-f]{40}");
  }

  /** Whether that is the file, all of it. */
  boolean is(Path file) {
    return digestOf(file).equals(digest);
  }

  /** That file's digest, of the kind that is known of this one. */
  String digestOf(Path file) {
    return digest.length() == GIT ? git(file) : Sha256.of(file);
  }

  /** What kind that is, for people. */
  String kind() {
    return digest.length() == GIT ? "git SHA-1" : "SHA-256";
  }

  private static String git(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-1");
      byte[] bytes = in.readAllBytes();
      sha.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-1.", e);
    } catch (IOException e) {
      throw new ModelException(ModelException.Reason.UNREADABLE, file + " can't be read.", e);
    }
  }
}
