package dev.wwts.internal.model;

import dev.wwts.ModelFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zips that no library would write: every field is the test's to set. */
final class RawZip {
  static final int HAS_DESCRIPTOR = 8;

  /** One entry; what is not set is as it should be. */
  static final class Entry {
    String name;
    String localName;
    byte[] data;
    byte[] stored;
    int flags = 1 << 11;
    int method;
    long crc;
    long size;
    long localSize;
    long header = -1;
    byte[] extra = {};
    byte[] localExtra = {};
    byte[] descriptor = {};
    String comment = "";
    boolean inDirectory = true;

    Entry(String name, byte[] data) {
      this.name = name;
      this.localName = name;
      this.data = data;
      this.stored = data;
      this.size = data.length;
      this.localSize = data.length;
      CRC32 sum = new CRC32();
      sum.update(data);
      this.crc = sum.getValue();
    }

    Entry deflated() {
      Deflater deflater = new Deflater(9, true);
      deflater.setInput(data);
      deflater.finish();
      byte[] out = new byte[data.length + 100];
      stored = java.util.Arrays.copyOf(out, 0);
      int n = deflater.deflate(out);
      deflater.end();
      stored = java.util.Arrays.copyOf(out, n);
      method = 8;
      return this;
    }
  }

  final List<Entry> entries = new ArrayList<>();
  byte[] beforeDirectory = {};
  byte[] afterDirectory = {};
  byte[] comment = {};
  byte[] after = {};
  int countMore;
  boolean zip64;
  long zip64DirectoryMore;

  /** A good model's entries. */
  static RawZip of(Path model) {
    RawZip zip = new RawZip();
    ModelFiles.entries(model).forEach((name, data) -> zip.entries.add(new Entry(name, data)));
    return zip;
  }

  Entry entry(String end) {
    return entries.stream().filter(it -> it.name.endsWith(end)).findFirst().orElseThrow();
  }

  Entry add(String name, byte[] data) {
    Entry entry = new Entry(name, data);
    entries.add(entry);
    return entry;
  }

  byte[] bytes() {
    Out out = new Out();
    for (Entry entry : entries) {
      if (entry.header < 0) {
        entry.header = out.size();
        byte[] name = entry.localName.getBytes(StandardCharsets.UTF_8);
        out.i32(0x04034b50).i16(20).i16(entry.flags).i16(entry.method).i32(0);
        boolean later = (entry.flags & HAS_DESCRIPTOR) != 0;
        out.i32(later ? 0 : entry.crc).i32(later ? 0 : entry.stored.length);
        out.i32(later ? 0 : entry.localSize).i16(name.length).i16(entry.localExtra.length);
        out.raw(name).raw(entry.localExtra).raw(entry.stored).raw(entry.descriptor);
      }
    }
    out.raw(beforeDirectory);
    long directoryAt = out.size();
    int count = countMore;
    for (Entry entry : entries) {
      if (entry.inDirectory) {
        count++;
        byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
        byte[] note = entry.comment.getBytes(StandardCharsets.UTF_8);
        out.i32(0x02014b50).i16(20).i16(20).i16(entry.flags).i16(entry.method).i32(0);
        out.i32(entry.crc).i32(entry.stored.length).i32(entry.size).i16(name.length);
        out.i16(entry.extra.length).i16(note.length).i16(0).i16(0).i32(0).i32(entry.header);
        out.raw(name).raw(entry.extra).raw(note);
      }
    }
    long directoryBytes = out.size() - directoryAt;
    out.raw(afterDirectory);
    if (zip64) {
      long at = out.size();
      out.i32(0x06064b50).i64(44).i16(45).i16(45).i32(0).i32(0).i64(count).i64(count);
      out.i64(directoryBytes).i64(directoryAt + zip64DirectoryMore);
      out.i32(0x07064b50).i32(0).i64(at).i32(1);
    }
    out.i32(0x06054b50).i16(0).i16(0).i16(count).i16(count);
    out.i32(directoryBytes).i32(directoryAt).i16(comment.length).raw(comment).raw(after);
    return out.toByteArray();
  }

  Path write(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What follows the data of an entry whose header left the sizes out. */
  static byte[] descriptor(long crc, long stored, long size) {
    return new Out().i32(0x08074b50).i32(crc).i32(stored).i32(size).toByteArray();
  }

  private static final class Out extends ByteArrayOutputStream {
    Out i16(long value) {
      return little(value, 2);
    }

    Out i32(long value) {
      return little(value, 4);
    }

    Out i64(long value) {
      return little(value, 8);
    }

    Out raw(byte[] bytes) {
      writeBytes(bytes);
      return this;
    }

    private Out little(long value, int bytes) {
      write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
      return this;
    }
  }
}
