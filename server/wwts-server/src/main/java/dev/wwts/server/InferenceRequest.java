package dev.wwts.server;

import dev.wwts.ModelInfo;
import dev.wwts.OverloadedException;
import dev.wwts.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
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

  /** Values and names beside the tensors' data: some for each input, output and parameter. */
  private static final int MOST_TOKENS = 4096;

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
   * @param share what its numbers take their memory of
   * @throws BadRequest if it is not as the protocol says
   */
  static InferenceRequest read(
      JsonMapper json,
      byte[] body,
      @Nullable Integer jsonLength,
      ModelInfo model,
      RoomShare share) {
    int length = jsonLength == null ? body.length : jsonLength;
    if (length < 0 || length > body.length) {
      throw new BadRequest(
          "Inference-Header-Content-Length is %d, and the body has %d bytes."
              .formatted(length, body.length));
    }
    InferenceProtocol.@Nullable Request request;
    try {
      requireFewTokens(json, body, length);
      request =
          json.readerFor(InferenceProtocol.Request.class)
              .withAttribute(
                  TensorData.MOST, InferenceInput.MOST_PICTURES * InferenceInput.numbers(model))
              .withAttribute(TensorData.SHARE, share)
              .readValue(body, 0, length);
    } catch (JacksonException e) {
      if (e.getCause() instanceof OverloadedException overloaded) {
        throw overloaded;
      }
      throw new BadRequest("The request is no JSON of the protocol: " + e.getOriginalMessage(), e);
    }
    ByteBuffer binary =
        ByteBuffer.wrap(body, length, body.length - length).slice().order(ByteOrder.LITTLE_ENDIAN);
    return of(request, binary, model);
  }

  /**
   * Refuses what says more than the protocol has words for, before it becomes objects, which take
   * many times its bytes. An input's data don't count: they are read into no more than they need.
   */
  private static void requireFewTokens(JsonMapper json, byte[] body, int length) {
    int tokens = 0;
    int depth = 0;
    String top = "";
    try (JsonParser parser = json.createParser(body, 0, length)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.PROPERTY_NAME) {
          String name = String.valueOf(parser.currentName());
          top = depth == 1 ? name : top;
          if (depth == 3 && top.equals("inputs") && name.equals("data")) {
            parser.nextToken();
            parser.skipChildren();
          }
        }
        tokens++;
        if (tokens > MOST_TOKENS) {
          throw new BadRequest(
              "The request has more than %d names and values beside its data: send less at a time."
                  .formatted(MOST_TOKENS));
        }
      }
    }
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
    List<Picture> pictures = InferenceInput.pictures(input, binary, model);
    return new InferenceRequest(request.id(), pictures, wishes(request, model));
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
