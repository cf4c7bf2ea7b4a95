package dev.wwts.bundle;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A TorchScript file seen as a zip. LibTorch's own reader checks no checksums, so a flipped bit in
 * a weight would be a silent wrong answer: {@link #verify()} reads every entry and compares its
 * CRC-32.
 */
final class Archive implements AutoCloseable {
  private static final int BUFFER = 1 << 18;

  /**
   * torch.jit.save compresses code and extra files, never weights: more than this in one entry is a
   * bomb.
   */
  private static final long MOST_INFLATED = 1L << 28;

  /** The largest public models have 1 MB. */
  private static final long MOST_CODE = 1 << 24;

  private final String file;
  private final ZipFile zip;
  private final String prefix;
  private final Map<String, ZipEntry> entries;

  private Archive(String file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
    this.entries = entriesOf(zip);
    this.prefix = commonFolder();
    if (!has("code/") || !(has("data.pkl") && has("constants.pkl"))) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          file + " is a zip but not a TorchScript file: save it with torch.jit.save.");
    }
  }

  static Archive open(Path path) {
    requireReadable(path);
    ZipFile zip;
    try {
      if (Files.size(path) == 0) {
        throw new ModelException(Reason.NOT_A_MODEL, path + " is empty: not a model.");
      }
      zip = new ZipFile(path.toFile());
    } catch (UnsupportedOperationException e) {
      throw new ModelException(
          Reason.UNREADABLE, path + " is not a file of the default file system.", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          path + " is not a TorchScript file, or not a whole one (" + e.getMessage() + ").",
          e);
    }
    try {
      return new Archive(path.toString(), zip);
    } catch (RuntimeException e) {
      closeAfter(zip, e);
      throw e;
    }
  }

  static void requireReadable(Path path) {
    String fault =
        Files.notExists(path)
            ? "does not exist"
            : Files.isDirectory(path)
                ? "is a folder, not a model file"
                : !Files.isRegularFile(path)
                    ? "is no regular file"
                    : Files.isReadable(path) ? null : "can't be read: check its permissions";
    if (fault != null) {
      throw new ModelException(Reason.UNREADABLE, path + " " + fault + ".");
    }
  }

  /** The bytes of {@code extra/name}, if it is there. */
  Optional<byte[]> extra(String name, long maxBytes) {
    ZipEntry entry = entries.get(prefix + "extra/" + name);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.getSize() > maxBytes) {
      throw corrupt("its entry extra/" + name + " has more than " + maxBytes + " bytes", null);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return Optional.of(in.readNBytes((int) Math.min(maxBytes, Integer.MAX_VALUE - 8)));
    } catch (IOException e) {
      throw corrupt("its entry extra/" + name + " can't be read", e);
    }
  }

  /** The entries of the code folder, by their path in it, those of Python only. */
  Map<String, byte[]> code() {
    Map<String, byte[]> code = new HashMap<>();
    long size = 0;
    for (Map.Entry<String, ZipEntry> entry : entries.entrySet()) {
      String path = entry.getKey().substring(prefix.length());
      requirePlainCode(path);
      if (path.startsWith("code/") && path.endsWith(".py")) {
        size += entry.getValue().getSize();
        if (size > MOST_CODE) {
          throw corrupt("its code has more than " + MOST_CODE + " bytes", null);
        }
        try (InputStream in = zip.getInputStream(entry.getValue())) {
          code.put(path.substring("code/".length()), in.readAllBytes());
        } catch (IOException e) {
          throw corrupt("its entry " + printable(entry.getKey()) + " can't be read", e);
        }
      }
    }
    return code;
  }

  /**
   * LibTorch finds entries in any spelling, and code under any name where there is a model.json.
   */
  private void requirePlainCode(String path) {
    String small = path.toLowerCase(Locale.ROOT);
    boolean isDisguised =
        (small.startsWith("code/") && !path.startsWith("code/"))
            || (small.endsWith(".py") && !path.endsWith(".py"));
    if (isDisguised || small.equals("model.json")) {
      throw corrupt("its zip holds '" + printable(path) + "'", null);
    }
  }

  /** Reads all entries and compares their checksums. */
  void verify() {
    byte[] buffer = new byte[BUFFER];
    for (ZipEntry entry : entries.values()) {
      CRC32 crc = new CRC32();
      long size = 0;
      try (InputStream in = zip.getInputStream(entry)) {
        for (int n = in.read(buffer); n >= 0 && size <= entry.getSize(); n = in.read(buffer)) {
          crc.update(buffer, 0, n);
          size += n;
        }
      } catch (IOException e) {
        throw corrupt("its entry " + entry.getName() + " can't be read", e);
      }
      if (crc.getValue() != entry.getCrc() || size != entry.getSize()) {
        throw corrupt("the checksum of its entry " + entry.getName() + " is wrong", null);
      }
    }
  }

  private Map<String, ZipEntry> entriesOf(ZipFile opened) {
    Map<String, ZipEntry> found = new HashMap<>();
    for (ZipEntry entry : Collections.list(opened.entries())) {
      String name = entry.getName();
      if (name.startsWith("/")
          || name.contains("\\")
          || name.contains("\0")
          || ("/" + name + "/").contains("/../")) {
        throw corrupt("its zip holds the path '" + printable(name) + "'", null);
      }
      if (entry.getMethod() != ZipEntry.STORED && entry.getSize() > MOST_INFLATED) {
        throw corrupt(
            "its entry " + printable(name) + " unpacks to more than " + MOST_INFLATED + " bytes",
            null);
      }
      if (found.put(name, entry) != null) {
        throw corrupt("its zip holds " + printable(name) + " twice", null);
      }
    }
    return found;
  }

  private String commonFolder() {
    String folder = null;
    for (String name : entries.keySet()) {
      int slash = name.indexOf('/');
      String first = slash < 0 ? "" : name.substring(0, slash + 1);
      if (first.isEmpty() || (folder != null && !folder.equals(first))) {
        throw new ModelException(
            Reason.NOT_A_MODEL,
            file + " is a zip but not a TorchScript file: its entries share no folder.");
      }
      folder = first;
    }
    return folder == null ? "" : folder;
  }

  private boolean has(String name) {
    return name.endsWith("/")
        ? entries.keySet().stream().anyMatch(entry -> entry.startsWith(prefix + name))
        : entries.containsKey(prefix + name);
  }

  private ModelException corrupt(String fault, Exception cause) {
    String message = file + " is damaged or was made to deceive: " + fault + ".";
    return cause == null
        ? new ModelException(Reason.CORRUPT, message)
        : new ModelException(Reason.CORRUPT, message, cause);
  }

  private static String printable(String name) {
    String safe = name.replaceAll("\\p{Cntrl}", "?");
    return safe.length() > 80 ? safe.substring(0, 80) + "..." : safe;
  }

  private static void closeAfter(ZipFile zip, RuntimeException failure) {
    try {
      zip.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw corrupt("it can't be closed", e);
    }
  }
}
