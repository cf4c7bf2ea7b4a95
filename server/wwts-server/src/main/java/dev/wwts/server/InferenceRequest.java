package dev.wwts.server;

import dev.wwts.Picture;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /infer} is asked: pictures, in JSON as base64, or after the JSON as the binary
 * extension has it (each with its length before it, 4 bytes, little-endian).
 *
 * @param pictures in their order
 * @param classes how many classes each answer is to have
 * @param binary whether the answer's tensor is to be binary
 */
record InferenceRequest(@Nullable String id, List<Picture> pictures, int classes, boolean binary) {
  static final String INPUT = "picture";
  static final String OUTPUT = "classes";
  private static final int DEFAULT_CLASSES = 5;
  private static final int MOST_PICTURES = 64;

  /**
   * Reads one.
   *
   * @param body JSON, and what follows it
   * @param jsonLength the JSON's bytes, where something follows
   * @throws BadRequest if it is not as the protocol says
   */
  static InferenceRequest read(JsonMapper json, byte[] body, @Nullable Integer jsonLength) {
    int length = jsonLength == null ? body.length : jsonLength;
    if (length < 0 || length > body.length) {
      throw new BadRequest(
          "Inference-Header-Content-Length is %d, and the body has %d bytes."
              .formatted(length, body.length));
    }
    InferenceProtocol.@Nullable Request request;
    try {
      request = json.readValue(body, 0, length, InferenceProtocol.Request.class);
    } catch (JacksonException e) {
      throw new BadRequest("The request is no JSON of the protocol: " + e.getOriginalMessage(), e);
    }
    ByteBuffer binary =
        ByteBuffer.wrap(body, length, body.length - length).slice().order(ByteOrder.LITTLE_ENDIAN);
    return of(request, binary);
  }

  private static InferenceRequest of(
      InferenceProtocol.@Nullable Request request, ByteBuffer binary) {
    InferenceProtocol.@Nullable Input input =
        request == null || request.inputs() == null || request.inputs().size() != 1
            ? null
            : request.inputs().get(0);
    if (request == null || input == null) {
      throw new BadRequest("One input is needed: a BYTES tensor of encoded pictures.");
    }
    if (!"BYTES".equals(input.datatype())) {
      throw new BadRequest(
          "The input's datatype is %s, and BYTES is read: encoded pictures."
              .formatted(input.datatype()));
    }
    long count = count(input.shape());
    List<byte[]> elements =
        input.data() != null ? decoded(input.data()) : binary(binary, binarySize(input));
    if (elements.size() != count) {
      throw new BadRequest(
          "The input's shape says %d pictures, and %d are there."
              .formatted(count, elements.size()));
    }
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      pictures.add(new Picture.Bytes("picture " + i, ByteBuffer.wrap(elements.get(i))));
    }
    InferenceProtocol.Output output = output(request.outputs());
    return new InferenceRequest(
        request.id(), pictures, classes(output), isBinary(request.parameters(), output));
  }

  private static long count(@Nullable List<Long> shape) {
    if (shape == null || shape.isEmpty()) {
      throw new BadRequest("The input needs a shape: [N], or [N, 1].");
    }
    long count = 1;
    for (@Nullable Long size : shape) {
      if (size == null || size < 1 || size > MOST_PICTURES || count * size > MOST_PICTURES) {
        throw new BadRequest(
            "The input's shape must be of 1 to %d pictures.".formatted(MOST_PICTURES));
      }
      count *= size;
    }
    return count;
  }

  private static List<byte[]> decoded(List<?> data) {
    List<byte[]> elements = new ArrayList<>();
    for (Object element : data) {
      if (element instanceof List<?> row) {
        elements.addAll(decoded(row));
      } else if (element instanceof String text) {
        try {
          elements.add(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
          throw new BadRequest("In JSON a picture is base64; send others in binary.", e);
        }
      } else {
        throw new BadRequest("In JSON a picture is a string of base64.");
      }
    }
    return elements;
  }

  private static int binarySize(InferenceProtocol.Input input) {
    Object size = input.parameters() == null ? null : input.parameters().get("binary_data_size");
    if (!(size instanceof Integer bytes)) {
      throw new BadRequest("The input has neither data nor a binary_data_size.");
    }
    return bytes;
  }

  private static List<byte[]> binary(ByteBuffer bytes, int size) {
    if (size != bytes.remaining()) {
      throw new BadRequest(
          "binary_data_size is %d, and %d bytes follow the JSON."
              .formatted(size, bytes.remaining()));
    }
    List<byte[]> elements = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
          throw new BadRequest("A picture in the binary data is longer than these.");
        }
        byte[] element = new byte[length];
        bytes.get(element);
        elements.add(element);
      }
    } catch (BufferUnderflowException e) {
      throw new BadRequest("The binary data end inside of a length.", e);
    }
    return elements;
  }

  private static InferenceProtocol.@Nullable Output output(
      @Nullable List<InferenceProtocol.Output> outputs) {
    if (outputs == null || outputs.isEmpty()) {
      return null;
    }
    InferenceProtocol.@Nullable Output output = outputs.get(0);
    if (outputs.size() > 1 || output == null || !OUTPUT.equals(output.name())) {
      throw new BadRequest("There is one output: " + OUTPUT + ".");
    }
    return output;
  }

  private static int classes(InferenceProtocol.@Nullable Output output) {
    Object wish =
        output == null || output.parameters() == null
            ? null
            : output.parameters().get("classification");
    if (wish == null) {
      return DEFAULT_CLASSES;
    }
    if (wish instanceof Integer classes && classes >= 1) {
      return classes;
    }
    throw new BadRequest("classification must be a number from 1.");
  }

  private static boolean isBinary(
      @Nullable Map<String, Object> all, InferenceProtocol.@Nullable Output output) {
    Map<String, Object> own = output == null ? null : output.parameters();
    if (own != null && own.get("binary_data") instanceof Boolean wish) {
      return wish;
    }
    return all != null && Boolean.TRUE.equals(all.get("binary_data_output"));
  }

  /** A request that is not as the protocol says. */
  static final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRequest(String message) {
      super(message);
    }

    BadRequest(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
