package dev.wwts.internal.model;

import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a zip's structure so that no two readers can see different archives in one file: one end
 * record at the very end, headers that say what the directory says, and no byte of the file that
 * belongs to nothing or to two things. Names and contents are {@link Archive}'s to judge.
 *
 * <p>Layout: (local header, data, descriptor)*, central directory, [zip64 end record, zip64
 * locator], end record. Field offsets are those of PKWARE's APPNOTE 6.3.10, chapter 4.3.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int LOCAL_BYTES = 30;
  static final int CENTRAL_BYTES = 46;
  private static final long FULL_32 = 0xffffffffL;

  private static final int HAS_DESCRIPTOR = 1 << 3;

  /** The descriptor, UTF-8 names, and two bits that say how hard was compressed. */
  private static final int KNOWN_FLAGS = HAS_DESCRIPTOR | 1 << 11 | 1 << 1 | 1 << 2;

  private static final int ZIP64_EXTRA = 1;

  /** Zip64 sizes, torch's padding ("FB"), and Info-ZIP's times and owners. */
  private static final List<Integer> KNOWN_EXTRAS =
      List.of(ZIP64_EXTRA, 0x4246, 0x5455, 0x7855, 0x7875);

  private final ModelContent content;
  private final ZipEnd end;

  private ZipDirectory(ModelContent content, ZipEnd end) {
    this.content = content;
    this.end = end;
  }

  /**
   * One file in a zip.
   *
   * @param name its path
   * @param nameEnd where in the zip the last byte of the directory's copy of the name is
   * @param flags as in the directory
   * @param isDeflated whether it is compressed
   * @param crc of the bytes when unpacked
   * @param stored bytes in the zip
   * @param size bytes when unpacked
   * @param header where in the zip its local header begins
   */
  record Entry(
      String name,
      long nameEnd,
      int flags,
      boolean isDeflated,
      long crc,
      long stored,
      long size,
      long header) {}

  /**
   * An entry and where its bytes are.
   *
   * @param entry what the directory says
   * @param data where in the zip its bytes begin
   */
  record Located(Entry entry, long data) {}

  /** What is wrong with a zip, in words that follow "its". */
  static final class BadZip extends Exception {
    private static final long serialVersionUID = 1L;

    BadZip(String fault) {
      super(fault);
    }
  }

  static List<Located> read(ModelContent content) throws BadZip {
    ZipEnd end = ZipEnd.read(content);
    content.note(end);
    ZipDirectory zip = new ZipDirectory(content, end);
    return zip.locate(zip.readDirectory());
  }

  private List<Entry> readDirectory() throws BadZip {
    ByteBuffer directory = little(content.bytes(end.directoryAt(), (int) end.directoryBytes()));
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < end.count(); i++) {
      entries.add(entry(directory));
    }
    require(!directory.hasRemaining(), "directory holds more than its entries");
    return entries;
  }

  private Entry entry(ByteBuffer directory) throws BadZip {
    int at = directory.position();
    require(
        directory.remaining() >= CENTRAL_BYTES && directory.getInt(at) == CENTRAL,
        "directory is cut short");
    int nameBytes = u16(directory, at + 28);
    int extraBytes = u16(directory, at + 30);
    require(
        directory.remaining() - CENTRAL_BYTES >= nameBytes + extraBytes, "directory is cut short");
    byte[] raw = new byte[nameBytes];
    directory.get(at + CENTRAL_BYTES, raw);
    String name = name(raw);
    ByteBuffer zip64 = zip64(directory, at + CENTRAL_BYTES + nameBytes, extraBytes, name);
    long size = wide(u32(directory, at + 24), zip64, name);
    long stored = wide(u32(directory, at + 20), zip64, name);
    long header = wide(u32(directory, at + 42), zip64, name);
    int flags = u16(directory, at + 8);
    int method = u16(directory, at + 10);
    require(!zip64.hasRemaining(), "zip64 field of %s says more than is asked", name);
    require((flags & ~KNOWN_FLAGS) == 0, "entry %s is encrypted or patched", name);
    require(method == 0 || method == 8, "entry %s is compressed unusually", name);
    require(
        directory.getShort(at + 32) == 0 && directory.getShort(at + 34) == 0,
        "entry %s has a comment, or is on another disk",
        name);
    require(
        size >= 0 && stored >= 0 && header >= 0 && (method == 8 || stored == size),
        "sizes of %s contradict each other",
        name);
    directory.position(at + CENTRAL_BYTES + nameBytes + extraBytes);
    return new Entry(
        name,
        end.directoryAt() + at + CENTRAL_BYTES + nameBytes - 1,
        flags,
        method == 8,
        u32(directory, at + 16),
        stored,
        size,
        header);
  }

  /** Entries must follow each other without a gap and fill the zip from its first byte. */
  private List<Located> locate(List<Entry> entries) throws BadZip {
    List<Entry> inOrder = new ArrayList<>(entries);
    inOrder.sort(Comparator.comparingLong(Entry::header));
    List<Located> located = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < inOrder.size(); i++) {
      Entry entry = inOrder.get(i);
      require(entry.header() == at, "entry %s overlaps, or hides, bytes", entry.name());
      long data = data(entry);
      long next = i + 1 < inOrder.size() ? inOrder.get(i + 1).header() : end.directoryAt();
      require(
          data <= next && entry.stored() <= next - data,
          "entry %s overlaps what follows it",
          entry.name());
      long gap = next - data - entry.stored();
      require(
          (entry.flags() & HAS_DESCRIPTOR) == 0 ? gap == 0 : isDescriptor(entry, next - gap, gap),
          "entry %s is not followed by what should follow it",
          entry.name());
      located.add(new Located(entry, data));
      at = next;
    }
    require(at == end.directoryAt(), "first entry is missing");
    return located;
  }

  /** Compares the local header; gives where the data begin. */
  private long data(Entry entry) throws BadZip {
    String fault = "header of %s and its directory differ";
    require(entry.header() <= end.directoryAt() - LOCAL_BYTES, fault, entry.name());
    ByteBuffer header = little(content.bytes(entry.header(), LOCAL_BYTES));
    int nameBytes = u16(header, 26);
    int extraBytes = u16(header, 28);
    long nameAt = entry.header() + LOCAL_BYTES;
    require(
        header.getInt(0) == LOCAL && nameAt + nameBytes + extraBytes <= end.directoryAt(),
        fault,
        entry.name());
    byte[] extra = content.bytes(nameAt + nameBytes, extraBytes);
    ByteBuffer zip64 = zip64(little(extra), 0, extraBytes, entry.name());
    long size = u32(header, 22);
    long stored = u32(header, 18);
    // torch leaves zeros here and writes the descriptor after the data
    boolean later = (entry.flags() & HAS_DESCRIPTOR) != 0;
    if (zip64.remaining() == 16 && (later || size == FULL_32 || stored == FULL_32)) {
      size = agreed(size, zip64.getLong());
      stored = agreed(stored, zip64.getLong());
    }
    require(
        !zip64.hasRemaining()
            && Arrays.equals(
                content.bytes(nameAt, nameBytes), entry.name().getBytes(StandardCharsets.UTF_8))
            && u16(header, 6) == entry.flags()
            && u16(header, 8) == (entry.isDeflated() ? 8 : 0)
            && isSame(u32(header, 14), entry.crc(), later)
            && isSame(size, entry.size(), later)
            && isSame(stored, entry.stored(), later),
        fault,
        entry.name());
    return nameAt + nameBytes + extraBytes;
  }

  private static long agreed(long narrow, long wide) {
    return narrow == FULL_32 || narrow == 0 || narrow == wide ? wide : -1;
  }

  private static boolean isSame(long here, long there, boolean later) {
    return here == there || (later && here == 0);
  }

  /** With or without a signature, with sizes of 32 or 64 bits. */
  private boolean isDescriptor(Entry entry, long at, long bytes) {
    if (bytes != 12 && bytes != 16 && bytes != 20 && bytes != 24) {
      return false;
    }
    ByteBuffer descriptor = little(content.bytes(at, (int) bytes));
    boolean signed = bytes % 8 == 0;
    boolean isWide = bytes >= 20;
    int crcAt = signed ? 4 : 0;
    long stored = isWide ? descriptor.getLong(crcAt + 4) : u32(descriptor, crcAt + 4);
    long size = isWide ? descriptor.getLong(crcAt + 12) : u32(descriptor, crcAt + 8);
    return (!signed || descriptor.getInt(0) == DESCRIPTOR)
        && u32(descriptor, crcAt) == entry.crc()
        && stored == entry.stored()
        && size == entry.size();
  }

  /** The zip64 field among extra fields, empty where there is none; all must be known ones. */
  private static ByteBuffer zip64(ByteBuffer extras, int from, int bytes, String name)
      throws BadZip {
    ByteBuffer zip64 = ByteBuffer.allocate(0);
    String fault = "extra fields of %s are damaged";
    for (int at = from; at < from + bytes; ) {
      require(from + bytes - at >= 4, fault, name);
      int id = u16(extras, at);
      int length = u16(extras, at + 2);
      require(length <= from + bytes - at - 4 && KNOWN_EXTRAS.contains(id), fault, name);
      if (id == ZIP64_EXTRA) {
        require(length > 0 && zip64.capacity() == 0, fault, name);
        zip64 = extras.slice(at + 4, length).order(ByteOrder.LITTLE_ENDIAN);
      }
      at += 4 + length;
    }
    return zip64;
  }

  private static long wide(long narrow, ByteBuffer zip64, String name) throws BadZip {
    if (narrow != FULL_32) {
      return narrow;
    }
    require(zip64.remaining() >= 8, "zip64 field of %s is missing", name);
    return zip64.getLong();
  }

  private static String name(byte[] raw) throws BadZip {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      throw (BadZip) new BadZip("directory holds a name that is not UTF-8").initCause(e);
    }
  }

  static String shown(String name) {
    return Printable.line(name, 80);
  }

  /** The name of an entry is made fit to be shown only where it is. */
  private static void require(boolean holds, String fault, String name) throws BadZip {
    if (!holds) {
      throw new BadZip(fault.formatted(shown(name)));
    }
  }

  static void require(boolean holds, String fault) throws BadZip {
    if (!holds) {
      throw new BadZip(fault);
    }
  }

  static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
