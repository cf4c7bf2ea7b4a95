package dev.wwts.convert.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.StrictJson;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file: the length of a JSON header (8 bytes), the header, and the elements of its
 * tensors, one after the other. Read as strictly as the format's own library does it: no name
 * twice, no byte that belongs to none or to two tensors, none missing.
 */
final class SafeTensors implements TensorFile {
  /** Of the header. The format allows 100 MB; files of a thousand tensors have 100 KB. */
  private static final int MOST_HEADER = 16 << 20;

  private static final int MOST_DIMENSIONS = 16;
  private static final int LONGEST_NAME = 1000;
  private static final int SHOWN = 80;
  private static final JsonMapper JSON = StrictJson.mapper(8);

  private final Path file;
  private final FileChannel channel;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private SafeTensors(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelException if it can't be read, is none, or is damaged
   */
  static SafeTensors open(Path file) {
    try {
      SafeTensors opened = new SafeTensors(file, FileChannel.open(file));
      try {
        opened.readHeader();
        return opened;
      } catch (Throwable e) {
        opened.close();
        throw e;
      }
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
  }

  private void readHeader() throws IOException {
    long size = channel.size();
    long length = size < Long.BYTES ? -1 : little(bytes(0, Long.BYTES)).getLong();
    if (length < 2 || length > MOST_HEADER) {
      throw new ModelException(Reason.NOT_A_MODEL, file + " is no safetensors file.");
    }
    if (length > size - Long.BYTES) {
      throw corrupt("its header is cut short", null);
    }
    JsonNode header = parsed(little(bytes(Long.BYTES, (int) length)));
    long data = Long.BYTES + length;
    header
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("__metadata__")) {
                tensors.put(field.getKey(), tensor(field.getKey(), field.getValue(), data));
              }
            });
    requireNoGaps(data, size);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private JsonNode parsed(ByteBuffer header) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
      JsonNode node = JSON.readTree(text);
      if (!text.startsWith("{") || !node.isObject()) {
        throw corrupt("its header is no JSON object", null);
      }
      return node;
    } catch (CharacterCodingException | JsonProcessingException e) {
      throw corrupt("its header is no JSON, or names something twice", e);
    }
  }

  private StoredTensor tensor(String name, JsonNode node, long data) {
    String shown = Printable.line(name, SHOWN);
    String typeName = node.path("dtype").asText("");
    ElementType type =
        ElementType.of(typeName)
            .orElseThrow(
                () ->
                    new ModelException(
                        Reason.UNSUPPORTED,
                        "%s: %s is of type '%s', which is not read."
                            .formatted(file, shown, Printable.line(typeName, SHOWN))));
    List<Long> offsets = numbers(node.path("data_offsets"), shown);
    List<Long> shape = numbers(node.path("shape"), shown);
    boolean isSane =
        offsets.size() == 2
            && offsets.get(0) <= offsets.get(1)
            && shape.size() <= MOST_DIMENSIONS
            && name.length() <= LONGEST_NAME
            && node.size() == 3;
    long bytes = isSane ? offsets.get(1) - offsets.get(0) : -1;
    if (bytes != expected(type, shape)) {
      throw corrupt(shown + " is not as long as its shape", null);
    }
    return new StoredTensor(type, shape, data + offsets.get(0));
  }

  /** How many bytes a shape takes; -2 where that is no number. */
  private static long expected(ElementType type, List<Long> shape) {
    try {
      long bytes = type.bytes;
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
      return bytes;
    } catch (ArithmeticException e) {
      return -2;
    }
  }

  private List<Long> numbers(JsonNode array, String shown) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : array) {
      // 2^53 and more are no sizes of files
      if (!number.isIntegralNumber()
          || !number.canConvertToLong()
          || number.longValue() < 0
          || number.longValue() >= 1L << 53) {
        throw corrupt(shown + " has a size that is none", null);
      }
      numbers.add(number.longValue());
    }
    if (!array.isArray()) {
      throw corrupt(shown + " has no shape or place", null);
    }
    return numbers;
  }

  private void requireNoGaps(long data, long size) {
    List<StoredTensor> inOrder = new ArrayList<>(tensors.values());
    inOrder.sort(
        Comparator.comparingLong(StoredTensor::offset).thenComparingLong(StoredTensor::bytes));
    long at = data;
    for (StoredTensor tensor : inOrder) {
      if (tensor.offset() != at) {
        throw corrupt("its tensors overlap, or leave gaps", null);
      }
      at += tensor.bytes();
    }
    if (at != size) {
      throw corrupt(at > size ? "it is cut short" : "there is something behind its tensors", null);
    }
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /** The file's name, for messages. */
  @Override
  public String toString() {
    return file.toString();
  }

  @Override
  public byte[] bytes(String name, long from, int count) throws IOException {
    return bytes(Objects.requireNonNull(tensors.get(name)).offset() + from, count);
  }

  private byte[] bytes(long offset, int count) throws IOException {
    byte[] copy = new byte[count];
    ByteBuffer bytes = ByteBuffer.wrap(copy);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new ModelException(
            Reason.UNREADABLE, file + " changed while it was read: try again.");
      }
    }
    return copy;
  }

  private ModelException corrupt(String fault, @Nullable Exception cause) {
    String message = file + " is damaged: " + fault + "; fetch it again.";
    return cause == null
        ? new ModelException(Reason.CORRUPT, message)
        : new ModelException(Reason.CORRUPT, message, cause);
  }

  /** It was only read. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, "A file of weights can't be closed.", e);
    }
  }
}
