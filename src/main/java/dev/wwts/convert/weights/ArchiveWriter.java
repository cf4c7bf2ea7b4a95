package dev.wwts.convert.weights;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a TorchScript archive as models/exporters/archive.py does: equal entries, equal files. */
final class ArchiveWriter implements AutoCloseable {
  private static final String FOLDER = "model/";

  /** Bytes. torch aligns stored tensors so, for reading them with mmap. */
  private static final int ALIGNMENT = 64;

  private static final int LOCAL_HEADER = 30;
  private static final int EXTRA_HEADER = 4;
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final Counter counter;
  private final ZipOutputStream zip;

  ArchiveWriter(Path file) throws IOException {
    this.counter = new Counter(new BufferedOutputStream(Files.newOutputStream(file)));
    this.zip = new ZipOutputStream(counter, StandardCharsets.UTF_8);
  }

  /** Takes bytes. */
  interface Sink {
    void accept(byte[] bytes) throws IOException;
  }

  /** What an entry holds; sent twice, for its checksum and for itself. */
  interface Content {
    void send(Sink sink) throws IOException;
  }

  /** Writes a compressed entry. */
  void deflated(String name, byte[] bytes) throws IOException {
    zip.putNextEntry(entry(name));
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Writes an entry as it is, aligned. */
  void stored(String name, Content content) throws IOException {
    CRC32 crc = new CRC32();
    long[] size = {0};
    content.send(
        bytes -> {
          crc.update(bytes);
          size[0] += bytes.length;
        });
    ZipEntry entry = entry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(size[0]);
    entry.setCrc(crc.getValue());
    entry.setExtra(padding(entry.getName()));
    zip.putNextEntry(entry);
    content.send(zip::write);
    zip.closeEntry();
  }

  private static ZipEntry entry(String name) {
    ZipEntry entry = new ZipEntry(FOLDER + name);
    entry.setTimeLocal(NO_TIME);
    return entry;
  }

  /** torch's field "FB", behind which the entry's bytes are aligned. */
  private byte[] padding(String name) {
    long at = counter.written + LOCAL_HEADER + EXTRA_HEADER + name.length();
    int fill = (int) (-at & (ALIGNMENT - 1));
    byte[] extra = new byte[EXTRA_HEADER + fill];
    Arrays.fill(extra, (byte) 'Z');
    extra[0] = 'F';
    extra[1] = 'B';
    extra[2] = (byte) fill;
    extra[3] = 0;
    return extra;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  private static final class Counter extends FilterOutputStream {
    private long written;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int octet) throws IOException {
      out.write(octet);
      written++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
      written += count;
    }
  }
}
