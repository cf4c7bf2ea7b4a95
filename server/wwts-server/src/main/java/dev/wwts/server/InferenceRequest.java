package dev.wwts.server;

import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /infer} is asked: encoded pictures, in JSON as base64, or after the JSON as the
 * binary extension has it (each with its length before it, 4 bytes, little-endian); or what the
 * network sees of them, N x 3 x H x W numbers.
 *
 * @param pictures in their order
 * @param wishes the tensors that are to answer, in their order
 */
record InferenceRequest(@Nullable String id, List<Picture> pictures, List<Wish> wishes) {
  private static final int DEFAULT_CLASSES = 5;
  private static final int MOST_PICTURES = 64;

  /**
   * A tensor that is to answer.
   *
   * @param classes how many classes of each picture, where that is what it tells
   * @param binary whether it is to be binary
   */
  record Wish(InferenceTensors.Output output, int classes, boolean binary) {}

  /**
   * Reads one.
   *
   * @param body JSON, and what follows it
   * @param jsonLength the JSON's bytes, where something follows
   * @param model what answers
   * @throws BadRequest if it is not as the protocol says
   */
  static InferenceRequest read(
      JsonMapper json, byte[] body, @Nullable Integer jsonLength, ModelInfo model) {
    int length = jsonLength == null ? body.length : jsonLength;
    if (length < 0 || length > body.length) {
      throw new BadRequest(
          "Inference-Header-Content-Length is %d, and the body has %d bytes."
              .formatted(length, body.length));
    }
    InferenceProtocol.@Nullable Request request;
    try {
      request =
          json.readerFor(InferenceProtocol.Request.class)
              .withAttribute(TensorData.MOST, MOST_PICTURES * numbers(model))
              .readValue(body, 0, length);
    } catch (JacksonException e) {
      throw new BadRequest("The request is no JSON of the protocol: " + e.getOriginalMessage(), e);
    }
    ByteBuffer binary =
        ByteBuffer.wrap(body, length, body.length - length).slice().order(ByteOrder.LITTLE_ENDIAN);
    return of(request, binary, model);
  }

  /** How many the network sees of a picture. */
  private static long numbers(ModelInfo model) {
    return 3L * model.height() * model.width();
  }

  private static InferenceRequest of(
      InferenceProtocol.@Nullable Request request, ByteBuffer binary, ModelInfo model) {
    InferenceProtocol.@Nullable Input input =
        request == null || request.inputs() == null || request.inputs().size() != 1
            ? null
            : request.inputs().get(0);
    if (request == null || input == null) {
      throw new BadRequest(
          "One input is needed: a BYTES tensor of encoded pictures, or an FP32 tensor N x 3 x H x W.");
    }
    List<Picture> pictures =
        switch (String.valueOf(input.datatype())) {
          case "BYTES" -> encoded(input, binary);
          case "FP32" -> tensors(input, binary, model);
          default ->
              throw new BadRequest(
                  "The input's datatype is %s; read are BYTES, encoded pictures, and FP32, what the network sees."
                      .formatted(input.datatype()));
        };
    return new InferenceRequest(request.id(), pictures, wishes(request, model));
  }

  private static List<Picture> encoded(InferenceProtocol.Input input, ByteBuffer binary) {
    long count = count(input.shape());
    List<byte[]> elements =
        input.data() != null
            ? decoded(input.data())
            : elements(binary, binarySize(input, binary.remaining()));
    if (elements.size() != count) {
      throw new BadRequest(
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

  private static List<byte[]> decoded(TensorData data) {
    if (data.numbers().length > 0) {
      throw new BadRequest("In JSON a picture is a string of base64.");
    }
    List<byte[]> elements = new ArrayList<>();
    for (String text : data.texts()) {
      try {
        elements.add(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        throw new BadRequest("In JSON a picture is base64; send others in binary.", e);
      }
    }
    return elements;
  }

  private static int binarySize(InferenceProtocol.Input input, int there) {
    Object size = input.parameters() == null ? null : input.parameters().get("binary_data_size");
    if (!(size instanceof Integer bytes)) {
      throw new BadRequest("The input has neither data nor a binary_data_size.");
    }
    if (bytes != there) {
      throw new BadRequest(
          "binary_data_size is %d, and %d bytes follow the JSON.".formatted(bytes, there));
    }
    return bytes;
  }

  private static List<byte[]> elements(ByteBuffer bytes, int size) {
    List<byte[]> elements = new ArrayList<>();
    try {
      while (bytes.position() < size) {
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

  private static List<Picture> tensors(
      InferenceProtocol.Input input, ByteBuffer binary, ModelInfo model) {
    List<Long> shape = input.shape() == null ? List.of() : input.shape();
    long one = numbers(model);
    List<Long> picture = List.of(3L, (long) model.height(), (long) model.width());
    if (shape.size() != 4 || !shape.subList(1, 4).equals(picture)) {
      throw new BadRequest(
          "The input's shape is %s; the network sees [N, 3, %d, %d], N from 1 to %d."
              .formatted(input.shape(), model.height(), model.width(), MOST_PICTURES));
    }
    int count = Math.toIntExact(count(shape.subList(0, 1)) * one);
    float[] numbers = input.data() != null ? plain(input.data()) : floats(input, binary);
    if (numbers.length != count) {
      throw new BadRequest(
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
      throw new BadRequest("An FP32 tensor's data are numbers.");
    }
    return data.numbers();
  }

  private static float[] floats(InferenceProtocol.Input input, ByteBuffer binary) {
    float[] numbers = new float[binarySize(input, binary.remaining()) / Float.BYTES];
    binary.asFloatBuffer().get(numbers);
    return numbers;
  }

  private static List<Wish> wishes(InferenceProtocol.Request request, ModelInfo model) {
    boolean binary =
        request.parameters() != null
            && Boolean.TRUE.equals(request.parameters().get("binary_data_output"));
    List<InferenceTensors.Output> there = InferenceTensors.of(model);
    if (request.outputs() == null || request.outputs().isEmpty()) {
      return List.of(new Wish(there.get(0), DEFAULT_CLASSES, binary));
    }
    List<Wish> wishes = new ArrayList<>();
    for (InferenceProtocol.@Nullable Output wish : request.outputs()) {
      InferenceTensors.Output output =
          there.stream()
              .filter(it -> wish != null && it.named().equals(wish.name()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new BadRequest(
                          "The outputs that there are: %s."
                              .formatted(
                                  String.join(
                                      ", ",
                                      there.stream()
                                          .map(InferenceTensors.Output::named)
                                          .toList()))));
      wishes.add(wish(output, wish == null ? null : wish.parameters(), binary));
    }
    if (wishes.stream().map(Wish::output).distinct().count() < wishes.size()) {
      throw new BadRequest("An output is asked for twice.");
    }
    return wishes;
  }

  private static Wish wish(
      InferenceTensors.Output output, @Nullable Map<String, Object> own, boolean binary) {
    Map<String, Object> parameters = own == null ? Map.of() : own;
    Object classes = parameters.getOrDefault("classification", DEFAULT_CLASSES);
    if (!(classes instanceof Integer most && most >= 1)) {
      throw new BadRequest("classification must be a number from 1.");
    }
    if (output != InferenceTensors.Output.CLASSES && parameters.containsKey("classification")) {
      throw new BadRequest("classification is for the output classes.");
    }
    return new Wish(
        output, most, parameters.get("binary_data") instanceof Boolean wish ? wish : binary);
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
