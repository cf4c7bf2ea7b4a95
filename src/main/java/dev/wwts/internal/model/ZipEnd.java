package dev.wwts.internal.model;

import static dev.wwts.internal.model.ZipDirectory.little;
import static dev.wwts.internal.model.ZipDirectory.require;
import static dev.wwts.internal.model.ZipDirectory.u16;
import static dev.wwts.internal.model.ZipDirectory.u32;

import dev.wwts.internal.model.ZipDirectory.BadZip;
import java.nio.ByteBuffer;

/**
 * The end of a zip: one record in its last 22 bytes, and before it the zip64 ones that torch writes
 * for files of any size. LibTorch looks for the record backwards from the end, so only there, and
 * without a comment after it, no second one can be found.
 *
 * @param directoryAt where the central directory begins
 * @param directoryBytes how long it is
 * @param count how many entries it has
 */
record ZipEnd(long directoryAt, long directoryBytes, long count) {
  private static final int ZIP64_RECORD = 0x06064b50;
  private static final int ZIP64_LOCATOR = 0x07064b50;
  private static final int RECORD = 0x06054b50;
  private static final int RECORD_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int ZIP64_RECORD_BYTES = 56;
  private static final long FULL_16 = 0xffff;
  private static final long FULL_32 = 0xffffffffL;

  /** A directory of more bytes than this is refused: some 700,000 entries. */
  private static final int MOST_BYTES = 64 << 20;

  /** The longest comment that may follow an end record in other zips. */
  private static final int MOST_COMMENT = 0xffff;

  /** Whether there is an end record at all: a file without one was cut off. */
  static boolean isThere(ModelContent content) {
    int bytes = (int) Math.min(content.size(), RECORD_BYTES + MOST_COMMENT);
    ByteBuffer tail = little(content.bytes(content.size() - bytes, bytes));
    for (int at = bytes - RECORD_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == RECORD) {
        return true;
      }
    }
    return false;
  }

  static ZipEnd read(ModelContent content) throws BadZip {
    long at = content.size() - RECORD_BYTES;
    require(at >= 0, "end is missing");
    ByteBuffer record = little(content.bytes(at, RECORD_BYTES));
    require(record.getInt(0) == RECORD, "end is missing, or something follows it");
    require(u16(record, 20) == 0, "end says that something follows it");
    require(
        u16(record, 4) == 0 && u16(record, 6) == 0 && u16(record, 8) == u16(record, 10),
        "end speaks of several disks");
    ZipEnd narrow = new ZipEnd(u32(record, 16), u32(record, 12), u16(record, 10));
    long locatorAt = at - LOCATOR_BYTES;
    if (locatorAt >= 0 && little(content.bytes(locatorAt, 4)).getInt(0) == ZIP64_LOCATOR) {
      return narrow.wide(content, locatorAt);
    }
    require(
        narrow.count != FULL_16
            && narrow.directoryBytes != FULL_32
            && narrow.directoryAt != FULL_32,
        "end refers to zip64 records that are missing");
    return narrow.endingAt(at);
  }

  private ZipEnd wide(ModelContent content, long locatorAt) throws BadZip {
    long at = locatorAt - ZIP64_RECORD_BYTES;
    require(at >= 0, "zip64 end record is missing");
    ByteBuffer locator = little(content.bytes(locatorAt, LOCATOR_BYTES));
    ByteBuffer record = little(content.bytes(at, ZIP64_RECORD_BYTES));
    require(
        record.getInt(0) == ZIP64_RECORD
            && record.getLong(4) == ZIP64_RECORD_BYTES - 12
            && locator.getLong(8) == at
            && locator.getInt(4) == 0
            && locator.getInt(16) == 1
            && record.getInt(16) == 0
            && record.getInt(20) == 0
            && record.getLong(24) == record.getLong(32),
        "zip64 end record contradicts itself");
    ZipEnd wide = new ZipEnd(record.getLong(48), record.getLong(40), record.getLong(32));
    require(
        agree(count, FULL_16, wide.count)
            && agree(directoryBytes, FULL_32, wide.directoryBytes)
            && agree(directoryAt, FULL_32, wide.directoryAt),
        "zip64 end record and its end record differ");
    return wide.endingAt(at);
  }

  private static boolean agree(long narrow, long full, long wide) {
    return narrow == full || narrow == wide;
  }

  private ZipEnd endingAt(long after) throws BadZip {
    require(
        directoryBytes >= 0
            && directoryBytes <= MOST_BYTES
            && directoryAt >= 0
            && directoryAt <= after
            && directoryAt + directoryBytes == after,
        "directory does not end where its end record begins");
    require(
        count >= 0 && count <= directoryBytes / ZipDirectory.CENTRAL_BYTES,
        "directory holds fewer entries than its end record says");
    return this;
  }
}
