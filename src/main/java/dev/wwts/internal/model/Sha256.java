package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** SHA-256, to name a file and to pin a model. */
public final class Sha256 {
  private final MessageDigest digest;
  private final String expected;

  Sha256() {
    this("");
  }

  private Sha256(String expected) {
    this.expected = expected;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /**
   * One that is to come out as those digits.
   *
   * @throws IllegalArgumentException if {@code digits} is not 64 hexadecimal digits
   */
  static Sha256 expecting(String digits) {
    return new Sha256(digits(digits));
  }

  /**
   * A digest that somebody has typed, in lower-case digits.
   *
   * @throws IllegalArgumentException if {@code typed} is not 64 hexadecimal digits
   */
  public static String digits(String typed) {
    String wanted = typed.trim().toLowerCase(Locale.ROOT);
    if (!wanted.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "A SHA-256 is 64 hexadecimal digits, not '" + Printable.line(typed, 80) + "'.");
    }
    return wanted;
  }

  /** The digest of a file in 64 lower-case hexadecimal digits. */
  public static String of(Path file) {
    RegularFile.require(file);
    Sha256 sha = new Sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 18];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(ByteBuffer.wrap(buffer, 0, n));
      }
      return sha.hex();
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
  }

  /** The same of bytes. */
  public static String of(byte[] bytes) {
    Sha256 sha = new Sha256();
    sha.update(ByteBuffer.wrap(bytes));
    return sha.hex();
  }

  void update(ByteBuffer bytes) {
    digest.update(bytes);
  }

  /** The digest of all bytes so far, once. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Ends it.
   *
   * @throws ModelException if it is not what was expected
   */
  void require(Path file) {
    String actual = hex();
    if (!actual.equals(expected)) {
      throw new ModelException(
          Reason.WRONG_SHA256,
          "%s has SHA-256 %s, not %s: it is not the file that was pinned."
              .formatted(file, actual, expected));
    }
  }
}
