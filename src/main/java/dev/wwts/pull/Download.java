package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNREADABLE;

import dev.wwts.ModelException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Brings one file from a web server into a part file, going on where an earlier try ended: in this
 * process, after an interruption, or from another server, as the digest tells in the end whether
 * all of it belongs together.
 */
final class Download {
  /** Goes on that often by itself, if each time something came. */
  private static final int TRIES = 5;

  private final PinnedFile file;
  private final Path part;
  private final Client client;
  private final PullListener listener;

  Download(PinnedFile file, Path part, Client client, PullListener listener) {
    this.file = file;
    this.part = part;
    this.client = client;
    this.listener = listener;
  }

  /**
   * Fetches what is missing.
   *
   * @return whether all of it came by one answer, which no earlier part can have spoiled
   * @throws ModelException if the server does not give it, with what is here kept for the next try
   */
  boolean fetch(URI address) {
    for (int tries = 1; ; tries++) {
      long before = size();
      try {
        return once(address, before);
      } catch (IOException e) {
        if (tries == TRIES || size() <= before) {
          throw Failures.of(address, file.name(), client.advice(), e);
        }
        listener.say(
            "%s broke off after %,d of %,d bytes; going on."
                .formatted(address.getHost(), size(), file.bytes()));
      }
    }
  }

  private boolean once(URI address, long have) throws IOException {
    if (have >= file.bytes()) {
      if (have == file.bytes()) {
        return false;
      }
      discard();
      return once(address, 0);
    }
    try (HttpAnswer answer = HttpAnswer.get(address, have, validator(address), client)) {
      if (answer.isOfAnotherFile(file.bytes())) {
        discard();
        return once(address, 0);
      }
      answer.requireSuccess(file);
      long at = answer.isPartial() ? have : 0;
      remember(address, answer.validator());
      write(address, answer.body(), at);
      return at == 0;
    }
  }

  private void write(URI address, Body body, long at) throws IOException {
    long windowEnd = System.nanoTime() + client.patience().window().toNanos();
    long windowStart = at;
    try (FileChannel out = open(at)) {
      for (List<ByteBuffer> chunk = body.next(); !chunk.isEmpty(); chunk = body.next()) {
        for (ByteBuffer bytes : chunk) {
          append(address, out, bytes);
        }
        listener.arrived(out.position(), file.bytes());
        if (System.nanoTime() - windowEnd > 0) {
          requireSpeed(out.position() - windowStart);
          windowEnd = System.nanoTime() + client.patience().window().toNanos();
          windowStart = out.position();
        }
      }
    }
    if (size() < file.bytes()) {
      throw new IOException("it ended after %,d of %,d bytes".formatted(size(), file.bytes()));
    }
  }

  private FileChannel open(long at) {
    try {
      FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return out.truncate(at).position(at);
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
  }

  private void requireSpeed(long bytes) throws IOException {
    if (bytes < client.patience().leastBytes()) {
      throw new SocketTimeoutException(
          "only %,d bytes came in %d s".formatted(bytes, client.patience().window().toSeconds()));
    }
  }

  private void append(URI address, FileChannel out, ByteBuffer bytes) throws IOException {
    if (out.position() + bytes.remaining() > file.bytes()) {
      throw new ModelException(
          UNREADABLE,
          "%s sends more than the %,d bytes that %s has: it is another file."
              .formatted(address.getHost(), file.bytes(), file.name()));
    }
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
  }

  private long size() {
    try {
      return Files.exists(part) ? Files.size(part) : 0;
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
  }

  /** Forgets what is here. */
  void discard() {
    try {
      Files.deleteIfExists(part);
      Files.deleteIfExists(note());
    } catch (IOException e) {
      throw Failures.unwritable(part, e);
    }
  }

  /** What this server called the file when the part began; another one's words mean nothing. */
  private String validator(URI address) {
    try {
      List<String> note = Files.exists(note()) ? Files.readAllLines(note()) : List.of();
      return note.size() == 2 && note.get(0).equals(address.toString()) ? note.get(1) : "";
    } catch (IOException e) {
      // not written to its end; the digest decides
      return "";
    }
  }

  private void remember(URI address, String validator) {
    try {
      Files.writeString(note(), address + "\n" + validator + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw Failures.unwritable(note(), e);
    }
  }

  private Path note() {
    return part.resolveSibling(part.getFileName() + ".etag");
  }
}
