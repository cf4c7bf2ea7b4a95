package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Open Inference Protocol's messages, version 2, as far as they are used here. */
final class InferenceProtocol {
  private InferenceProtocol() {}

  /** {@code GET /v2}. */
  record Server(String name, String version, List<String> extensions) {}

  /** {@code GET /v2/health/live}. */
  record Live(boolean live) {}

  /** {@code GET /v2/health/ready}. */
  record Ready(boolean ready) {}

  /** {@code GET /v2/models/NAME/ready}. */
  record ModelReady(String name, boolean ready) {}

  /** {@code GET /v2/models/NAME}. */
  record Model(
      String name,
      List<String> versions,
      String platform,
      List<TensorKind> inputs,
      List<TensorKind> outputs) {}

  /** What a tensor of a model looks like; -1 for any length. */
  record TensorKind(String name, String datatype, List<Long> shape) {}

  /** {@code POST /v2/models/NAME/infer}. */
  record Request(
      @Nullable String id,
      @Nullable Map<String, Object> parameters,
      @Nullable List<Input> inputs,
      @Nullable List<Output> outputs) {}

  /** A tensor that comes in. */
  record Input(
      @Nullable String name,
      @Nullable String datatype,
      @Nullable List<Long> shape,
      @Nullable Map<String, Object> parameters,
      @Nullable TensorData data) {}

  /** A tensor that is asked for. */
  record Output(@Nullable String name, @Nullable Map<String, Object> parameters) {}

  /** What is answered. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Response(
      @Nullable String id,
      @JsonProperty("model_name") String modelName,
      @JsonProperty("model_version") String modelVersion,
      List<Tensor> outputs) {}

  /** A tensor that goes out, of texts or numbers; without data where they follow in binary. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Tensor(
      String name,
      String datatype,
      List<Long> shape,
      @Nullable Map<String, Object> parameters,
      @Nullable Object data) {}

  /** What goes wrong. */
  record Failure(String error) {}
}
