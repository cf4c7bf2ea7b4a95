package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.ZipDirectory.BadZip;
import dev.wwts.internal.model.ZipDirectory.Entry;
import dev.wwts.internal.model.ZipDirectory.Located;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A model file's entries. LibTorch's own reader compares no checksums, so a flipped bit in a weight
 * would be a silent wrong answer; takes the first entry whose name matches without regard to case;
 * and unpacks what it is given. Here all are read and compared before it sees any.
 */
final class Archive {
  /** The largest public models have 1 MB. */
  private static final long MOST_CODE = 1 << 24;

  /** torch.jit.save compresses code and extra files: more than this in one is a bomb. */
  private static final long MOST_INFLATED = 1L << 28;

  /** All compressed entries together unpack to at most this and {@link #MOST_RATIO} x the file. */
  private static final long FREE_INFLATED = 1L << 26;

  private static final long MOST_RATIO = 16;

  /**
   * What LibTorch needs; the other pickles (where operations stood in a source, inputs of the trace
   * without their values) it would read as trustingly, to no use, so it is not shown them.
   */
  static final List<String> PICKLES = List.of("data.pkl", "constants.pkl");

  private final ModelContent content;
  private final String file;
  private final Map<String, Located> entries = new LinkedHashMap<>();
  private ArchiveKind kind = ArchiveKind.TORCHSCRIPT;

  private Archive(ModelContent content) {
    this.content = content;
    this.file = content.file().toString();
  }

  /** Reads a model file's directory and judges it; no entry is read yet. */
  static Archive of(ModelContent content) {
    return of(content, false);
  }

  /** The same of a checkpoint. */
  static Archive ofCheckpoint(ModelContent content) {
    return of(content, true);
  }

  private static Archive of(ModelContent content, boolean isCheckpoint) {
    Archive archive = new Archive(content);
    if (!ZipEnd.isThere(content)) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          archive.file + " is not a whole model file: its end is missing, fetch it again.");
    }
    try {
      archive.readDirectory(isCheckpoint);
      return archive;
    } catch (BadZip e) {
      throw archive.corrupt("its " + e.getMessage(), e);
    }
  }

  private void readDirectory(boolean isCheckpoint) throws BadZip {
    List<Located> all = ZipDirectory.read(content);
    Set<String> folded = new HashSet<>();
    long inflated = 0;
    for (Located located : all) {
      Entry entry = located.entry();
      if (!EntryNames.isSane(entry.name())) {
        throw corrupt("its zip holds the path '" + ZipDirectory.shown(entry.name()) + "'", null);
      }
      if (!folded.add(EntryNames.folded(entry.name()))) {
        throw corrupt("its zip holds " + ZipDirectory.shown(entry.name()) + " twice", null);
      }
      if (entry.isDeflated()) {
        inflated += entry.size();
        if (entry.size() > MOST_INFLATED
            || inflated > FREE_INFLATED + MOST_RATIO * content.size()) {
          throw corrupt("its entries unpack to more than it can honestly hold", null);
        }
      }
    }
    List<String> names = all.stream().map(it -> it.entry().name()).toList();
    String folder = names.isEmpty() ? "" : names.get(0).replaceFirst("/.*|[^/]*$", "/");
    boolean isOneFolder =
        !folder.equals("/") && names.stream().allMatch(name -> name.startsWith(folder));
    ArchiveKind found =
        isOneFolder
            ? ArchiveKind.of(
                names.stream().map(it -> it.substring(folder.length())).toList(), isCheckpoint)
            : null;
    if (found == null) {
      throw isCheckpoint ? FileKind.notACheckpoint(file, names) : FileKind.notAModel(file, names);
    }
    kind = found;
    List<Long> unread = new ArrayList<>();
    for (Located located : all) {
      String name = located.entry().name().substring(folder.length());
      if (!kind.knows(name)) {
        throw corrupt(kind.title() + " has no entry " + ZipDirectory.shown(name), null);
      }
      if (name.endsWith("pkl") && !PICKLES.contains(name)) {
        unread.add(located.entry().nameEnd());
      }
      entries.put(name, located);
    }
    content.hide(unread);
  }

  /** What messages call the file. */
  String file() {
    return file;
  }

  /** What kind of network it holds. */
  ArchiveKind kind() {
    return kind;
  }

  /** The shared library of a compiled network. */
  Library library(Target target) {
    List<Located> libraries =
        entries.keySet().stream().filter(ArchiveKind::isLibrary).map(entries::get).toList();
    if (libraries.size() != 1 || libraries.get(0).entry().isDeflated()) {
      throw corrupt("it must hold one shared library, not compressed", null);
    }
    Located located = libraries.get(0);
    return new Library(target, content, located.data(), located.entry().size());
  }

  /** How many bytes an entry has when unpacked, if it is there. */
  OptionalLong size(String name) {
    Located located = entries.get(name);
    return located == null ? OptionalLong.empty() : OptionalLong.of(located.entry().size());
  }

  /** Where in the file the bytes of an entry begin that is there and is not compressed. */
  long place(String name) {
    Located located = Objects.requireNonNull(entries.get(name));
    if (located.entry().isDeflated()) {
      throw corrupt("its tensors are compressed", null);
    }
    return located.data();
  }

  /** The bytes of an entry, if it is there. */
  Optional<byte[]> bytes(String name, long maxBytes) {
    Located located = entries.get(name);
    if (located == null) {
      return Optional.empty();
    }
    if (located.entry().size() > Math.min(maxBytes, Integer.MAX_VALUE - 8)) {
      throw corrupt("its entry " + name + " has more than " + maxBytes + " bytes", null);
    }
    byte[] bytes = new byte[(int) located.entry().size()];
    read(located, ByteBuffer.wrap(bytes)::put);
    return Optional.of(bytes);
  }

  /** The zip that is the entry {@code extra/name}, in place, if it is there. */
  Optional<ModelContent> nested(String name) {
    Located located = entries.get("extra/" + name);
    if (located == null) {
      return Optional.empty();
    }
    if (located.entry().isDeflated()) {
      throw corrupt("its entry extra/" + name + " is compressed, and is to be read in place", null);
    }
    return Optional.of(content.part(located.data(), located.entry().size()));
  }

  /** The bytes of {@code extra/name}, if it is there. */
  Optional<byte[]> extra(String name, long maxBytes) {
    return bytes("extra/" + name, maxBytes);
  }

  /** The entries of the code folder, by their path in it, those of Python only. */
  Map<String, byte[]> code() {
    Map<String, byte[]> code = new HashMap<>();
    long size = 0;
    for (String path : entries.keySet()) {
      if (!EntryNames.isPlainCode(path)) {
        throw corrupt("its zip holds '" + ZipDirectory.shown(path) + "'", null);
      }
      if (path.startsWith("code/") && path.endsWith(".py")) {
        size += size(path).orElseThrow();
        if (size > MOST_CODE) {
          throw corrupt("its code has more than " + MOST_CODE + " bytes", null);
        }
        code.put(path.substring("code/".length()), bytes(path, MOST_CODE).orElseThrow());
      }
    }
    return code;
  }

  /** Reads all entries and compares their checksums. */
  void verify() {
    for (Located located : entries.values()) {
      CRC32 crc = new CRC32();
      read(located, crc::update);
      if (crc.getValue() != located.entry().crc()) {
        throw corrupt(
            "the checksum of its entry " + ZipDirectory.shown(located.entry().name()) + " is wrong",
            null);
      }
    }
  }

  private void read(Located located, EntryBytes.Sink sink) {
    try {
      EntryBytes.read(content, located, sink);
    } catch (DataFormatException e) {
      String name = ZipDirectory.shown(located.entry().name());
      throw corrupt("its entry " + name + " can't be unpacked", e);
    }
  }

  ModelException corrupt(String fault, @Nullable Exception cause) {
    String message = file + " is damaged or was made to deceive: " + fault + ".";
    return cause == null
        ? new ModelException(Reason.CORRUPT, message)
        : new ModelException(Reason.CORRUPT, message, cause);
  }
}
