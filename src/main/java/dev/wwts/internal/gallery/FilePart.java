package dev.wwts.internal.gallery;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;

/** The bytes of a file from one place to another, though it may grow meanwhile. */
final class FilePart extends InputStream {
  private final RandomAccessFile file;
  private long left;

  FilePart(RandomAccessFile file, long from, long end) throws IOException {
    this.file = file;
    this.left = Math.max(0, end - from);
    file.seek(from);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == 1 ? one[0] & 0xFF : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int read = left == 0 ? -1 : file.read(to, offset, (int) Math.min(left, length));
    left -= Math.max(0, read);
    return read;
  }
}
