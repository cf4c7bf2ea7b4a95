package dev.wwts.server;

import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pictures of an inference request: encoded ones, in JSON as base64, or after the JSON as
 * the binary extension has it (each with its length before it, 4 bytes, little-endian); or what the
 * network sees of them, N x 3 x H x W numbers.
 */
final class InferenceInput {
  static final int MOST_PICTURES = 64;

  /** What a message tells of something that a client sent. */
  private static final int BRIEF = 40;

  private InferenceInput() {}

  /** How many numbers the network sees of a picture. */
  static long numbers(ModelInfo model) {
    return 3L * model.height() * model.width();
  }

  /**
   * The pictures, in their order.
   *
   * @param binary what follows the JSON
   * @param model what is to see them
   */
  static List<Picture> pictures(InferenceProtocol.Input input, ByteBuffer binary, ModelInfo model) {
    if (input.data() != null && binary.hasRemaining()) {
      throw new InferenceRequest.BadRequest(
          "The input has its data in JSON, and %d bytes follow it.".formatted(binary.remaining()));
    }
    return switch (String.valueOf(input.datatype())) {
      case "BYTES" -> encoded(input, binary);
      case "FP32" -> tensors(input, binary, model);
      default ->
          throw new InferenceRequest.BadRequest(
              "The input's datatype is %s; read are BYTES, encoded pictures, and FP32, what the network sees."
                  .formatted(brief(input.datatype())));
    };
  }

  private static String brief(@Nullable Object sent) {
    String text = String.valueOf(sent);
    return text.length() <= BRIEF ? text : text.substring(0, BRIEF) + "…";
  }

  private static List<Picture> encoded(InferenceProtocol.Input input, ByteBuffer binary) {
    long count = count(input.shape());
    List<byte[]> elements =
        input.data() != null
            ? decoded(input.data())
            : elements(binary, binarySize(input, binary.remaining()), count);
    if (elements.size() != count) {
      throw new InferenceRequest.BadRequest(
          "The input's shape says %d pictures, and %d are there."
              .formatted(count, elements.size()));
    }
    List<Picture> pictures = new ArrayList<>();
    for (byte[] element : elements) {
      pictures.add(new Picture.Bytes("picture " + pictures.size(), ByteBuffer.wrap(element)));
    }
    return pictures;
  }

  private static long count(@Nullable List<Long> shape) {
    if (shape == null || shape.isEmpty()) {
      throw new InferenceRequest.BadRequest("The input needs a shape: [N], or [N, 1].");
    }
    long count = 1;
    for (@Nullable Long size : shape) {
      if (size == null || size < 1 || size > MOST_PICTURES || count * size > MOST_PICTURES) {
        throw new InferenceRequest.BadRequest(
            "The input's shape must be of 1 to %d pictures.".formatted(MOST_PICTURES));
      }
      count *= size;
    }
    return count;
  }

  private static List<byte[]> decoded(TensorData data) {
    if (data.numbers().length > 0) {
      throw new InferenceRequest.BadRequest("In JSON a picture is a string of base64.");
    }
    List<byte[]> elements = new ArrayList<>();
    for (String text : data.texts()) {
      try {
        elements.add(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        throw new InferenceRequest.BadRequest(
            "In JSON a picture is base64; send others in binary.", e);
      }
    }
    return elements;
  }

  private static int binarySize(InferenceProtocol.Input input, int there) {
    Object size = input.parameters() == null ? null : input.parameters().get("binary_data_size");
    if (!(size instanceof Integer bytes)) {
      throw new InferenceRequest.BadRequest("The input has neither data nor a binary_data_size.");
    }
    if (bytes != there) {
      throw new InferenceRequest.BadRequest(
          "binary_data_size is %d, and %d bytes follow the JSON.".formatted(bytes, there));
    }
    return bytes;
  }

  /** No more of them than there should be: an empty one takes more memory than its length does. */
  private static List<byte[]> elements(ByteBuffer bytes, int size, long count) {
    List<byte[]> elements = new ArrayList<>();
    try {
      while (bytes.position() < size) {
        if (elements.size() == count) {
          throw new InferenceRequest.BadRequest(
              "The input's shape says %d pictures, and more are there.".formatted(count));
        }
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
          throw new InferenceRequest.BadRequest(
              "A picture in the binary data is longer than these.");
        }
        byte[] element = new byte[length];
        bytes.get(element);
        elements.add(element);
      }
    } catch (BufferUnderflowException e) {
      throw new InferenceRequest.BadRequest("The binary data end inside of a length.", e);
    }
    return elements;
  }

  private static List<Picture> tensors(
      InferenceProtocol.Input input, ByteBuffer binary, ModelInfo model) {
    List<Long> shape = input.shape() == null ? List.of() : input.shape();
    long one = numbers(model);
    List<Long> picture = List.of(3L, (long) model.height(), (long) model.width());
    if (shape.size() != 4 || !shape.subList(1, 4).equals(picture)) {
      throw new InferenceRequest.BadRequest(
          "The input's shape is %s; the network sees [N, 3, %d, %d], N from 1 to %d."
              .formatted(brief(shape), model.height(), model.width(), MOST_PICTURES));
    }
    int count = Math.toIntExact(count(shape.subList(0, 1)) * one);
    float[] numbers = input.data() != null ? plain(input.data()) : floats(input, binary);
    if (numbers.length != count) {
      throw new InferenceRequest.BadRequest(
          "The input's shape says %d numbers, and %d are there.".formatted(count, numbers.length));
    }
    List<Picture> pictures = new ArrayList<>();
    for (int at = 0; at < count; at += (int) one) {
      String name = "tensor " + pictures.size();
      pictures.add(new Picture.Tensor(name, Arrays.copyOfRange(numbers, at, at + (int) one)));
    }
    return pictures;
  }

  private static float[] plain(TensorData data) {
    if (!data.texts().isEmpty()) {
      throw new InferenceRequest.BadRequest("An FP32 tensor's data are numbers.");
    }
    return data.numbers();
  }

  private static float[] floats(InferenceProtocol.Input input, ByteBuffer binary) {
    int bytes = binarySize(input, binary.remaining());
    if (bytes % Float.BYTES != 0) {
      throw new InferenceRequest.BadRequest("The binary data end inside of a number.");
    }
    float[] numbers = new float[bytes / Float.BYTES];
    binary.asFloatBuffer().get(numbers);
    return numbers;
  }
}
