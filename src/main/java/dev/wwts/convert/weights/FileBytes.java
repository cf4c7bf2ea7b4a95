package dev.wwts.convert.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file as an entry of an archive.
 *
 * @param file which
 */
record FileBytes(Path file) implements ArchiveWriter.Content {
  private static final int CHUNK = 4 << 20;

  @Override
  public void send(ArchiveWriter.Sink sink) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      for (byte[] chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
        sink.accept(chunk);
      }
    }
  }
}
