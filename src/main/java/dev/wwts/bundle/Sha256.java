package dev.wwts.bundle;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** SHA-256 of files, to pin a model. */
public final class Sha256 {
  private Sha256() {}

  /** The digest in 64 lower-case hexadecimal digits. */
  public static String of(Path file) {
    Archive.requireReadable(file);
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 18];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /**
   * Compares.
   *
   * @throws ModelException if the file has another digest
   * @throws IllegalArgumentException if {@code expected} is not 64 hexadecimal digits
   */
  public static void require(Path file, String expected) {
    String wanted = expected.trim().toLowerCase(Locale.ROOT);
    if (!wanted.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "A SHA-256 is 64 hexadecimal digits, not '" + expected + "'.");
    }
    String actual = of(file);
    if (!actual.equals(wanted)) {
      throw new ModelException(
          Reason.WRONG_SHA256,
          "%s has SHA-256 %s, not %s: it is not the file that was pinned."
              .formatted(file, actual, wanted));
    }
  }
}
