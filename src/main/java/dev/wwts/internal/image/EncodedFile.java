package dev.wwts.internal.image;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.pixels.NativeBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads picture files, also mapped ones, into one block of native memory that is used again; not
 * for several threads at once.
 */
public final class EncodedFile implements AutoCloseable {
  private final NativeBuffer memory = new NativeBuffer();

  /** Creates one that has read nothing. */
  public EncodedFile() {}

  /**
   * Reads a file to its end.
   *
   * @param maxBytes the longest that is read
   * @return its bytes, valid until the next call or close
   * @throws PictureException if there is no such file, it can't be read or is too long
   */
  public ByteBuffer read(Path file, long maxBytes) {
    String fault =
        Files.notExists(file)
            ? "does not exist"
            : Files.isDirectory(file)
                ? "is a folder, not a picture"
                : !Files.isRegularFile(file)
                    ? "is no regular file"
                    : Files.isReadable(file) ? null : "can't be read: check its permissions";
    if (fault != null) {
      throw new PictureException(Reason.UNREADABLE, file + " " + fault + ".");
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long size = channel.size();
      if (size > Math.min(maxBytes, Integer.MAX_VALUE)) {
        throw new PictureException(
            Reason.TOO_LARGE,
            String.format(
                Locale.ROOT,
                "%s has %,d bytes, more than the limit of %,d;"
                    + " raise maxBytes (--max-bytes) if such pictures are expected",
                file,
                size,
                maxBytes));
      }
      ByteBuffer bytes = memory.view((int) size);
      int read = 0;
      while (read >= 0 && bytes.hasRemaining()) {
        read = channel.read(bytes);
      }
      return bytes.flip();
    } catch (ClosedByInterruptException e) {
      throw new PictureException(
          Reason.UNREADABLE, file + " was not read to its end: the thread was interrupted.", e);
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, file + " can't be read (" + e.getMessage() + ").", e);
    }
  }

  /** Bytes held now. */
  public long capacity() {
    return memory.capacity();
  }

  /**
   * Copies what may be a mapped file: where it is cut off meanwhile, native code would end the
   * process, and Java gets an {@link InternalError}. Java can't tell a mapped buffer from another
   * direct one.
   *
   * @return its bytes from position to limit, valid until the next call or close
   */
  public ByteBuffer copy(ByteBuffer direct) {
    ByteBuffer copy = memory.view(direct.remaining()).put(direct.duplicate()).flip();
    enterJvm(Math.min(1, copy.limit()));
    return copy;
  }

  /**
   * Has the error thrown here, if there is one: compiled code goes on with zeros until it next
   * enters the JVM, which may be in the middle of a lock. Arrays of arrays whose lengths are not
   * known are made there, on all of HotSpot's ways.
   */
  private static void enterJvm(int few) {
    if (new byte[few][0].length != few) {
      throw new IllegalStateException("An array has another length than it was made with.");
    }
  }

  /** See {@link NativeBuffer#trim}. */
  public void rest() {
    memory.trim();
  }

  @Override
  public void close() {
    memory.close();
  }
}
