package dev.wwts.internal.gallery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes as bytes, little-endian: a letter for the kind, then its fields. A text is its length in
 * bytes and its UTF-8.
 */
final class Changes {
  private static final byte ADDED = 'A';
  private static final byte REMOVED = 'R';
  private static final byte THRESHOLD = 'T';

  private Changes() {}

  /**
   * The changes as bytes.
   *
   * @throws IllegalArgumentException if a text is not Unicode: half of a surrogate pair
   */
  static byte[] encode(List<? extends Change> changes) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Change change : changes) {
      try {
        all.write(encode(change));
      } catch (IOException e) {
        throw new UncheckedIOException(e); // not in memory
      }
    }
    return all.toByteArray();
  }

  private static byte[] encode(Change change) {
    if (change instanceof Change.Added added) {
      return encode(added);
    } else if (change instanceof Change.Removed removed) {
      return buffer(9).put(REMOVED).putLong(removed.id()).array();
    }
    return buffer(9).put(THRESHOLD).putDouble(((Change.Threshold) change).similarity()).array();
  }

  private static byte[] encode(Change.Added added) {
    Example example = added.example();
    List<byte[]> texts = new ArrayList<>();
    texts.add(utf8(example.label()));
    example
        .metadata()
        .forEach(
            (key, value) -> {
              texts.add(utf8(key));
              texts.add(utf8(value));
            });
    int size = 1 + 8 + 4 + 4 * texts.size() + 4 * added.embedding().length;
    for (byte[] text : texts) {
      size += text.length;
    }
    byte[] bytes = new byte[size];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(ADDED).putLong(example.id());
    buffer.putInt(example.metadata().size());
    texts.forEach(text -> buffer.putInt(text.length).put(text));
    buffer.asFloatBuffer().put(added.embedding());
    return bytes;
  }

  /**
   * Bytes as changes.
   *
   * @throws IllegalArgumentException if they are none
   */
  static List<Change> decode(ByteBuffer bytes, int dimension) {
    ByteBuffer rest = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    List<Change> changes = new ArrayList<>();
    try {
      while (rest.hasRemaining()) {
        byte kind = rest.get();
        changes.add(
            switch (kind) {
              case ADDED -> added(rest, dimension);
              case REMOVED -> new Change.Removed(rest.getLong());
              case THRESHOLD -> new Change.Threshold(rest.getDouble());
              default -> throw new IllegalArgumentException("no kind of change: " + kind);
            });
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a change that ends too early", e);
    }
    return changes;
  }

  private static Change.Added added(ByteBuffer rest, int dimension) {
    final long id = rest.getLong();
    final int pairs = rest.getInt();
    String label = text(rest);
    Map<String, String> metadata = Map.of();
    if (pairs > 0) {
      Map<String, String> read = new LinkedHashMap<>();
      for (int i = 0; i < pairs; i++) {
        read.put(text(rest), text(rest));
      }
      metadata = Collections.unmodifiableMap(read);
    }
    float[] embedding = new float[dimension];
    rest.asFloatBuffer().get(embedding);
    rest.position(rest.position() + 4 * dimension);
    return new Change.Added(new Example(id, label, metadata), embedding);
  }

  private static String text(ByteBuffer rest) {
    int length = rest.getInt();
    if (length < 0 || length > rest.remaining()) {
      throw new IllegalArgumentException("a text of " + length + " bytes");
    }
    byte[] text = new byte[length];
    rest.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
      byte[] exact = new byte[bytes.remaining()];
      bytes.get(exact);
      return exact;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("Half of a surrogate pair is no text.", e);
    }
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
