package dev.wwts.server;

import dev.wwts.ModelInfo;
import dev.wwts.ModelVersion;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.WwtsException;
import io.swagger.v3.oas.annotations.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Open Inference Protocol, version 2, with the binary extension and the classification one:
 * pictures as BYTES in, or what the network sees of them as FP32; {@code confidence:index:label} as
 * BYTES out, or logits and embeddings as FP32.
 */
@RestController
class InferenceController {
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final List<String> EXTENSIONS = List.of("binary_tensor_data", "classification");

  private final Asking asking;
  private final HealthIndicator health;
  private final JsonMapper json;
  private final UploadRoom room;
  private final int mostBytes;

  InferenceController(
      Asking asking,
      HealthIndicator wwtsHealthIndicator,
      JsonMapper json,
      MultipartProperties multipart,
      UploadRoom room) {
    this.asking = asking;
    this.health = wwtsHealthIndicator;
    this.json = json;
    this.room = room;
    this.mostBytes =
        (int) Math.min(multipart.getMaxRequestSize().toBytes(), Integer.MAX_VALUE - 16);
  }

  @Operation(summary = "What the server is")
  @GetMapping({"/v2", "/v2/"})
  InferenceProtocol.Server server() {
    String version = InferenceController.class.getPackage().getImplementationVersion();
    return new InferenceProtocol.Server("wwts", version == null ? "" : version, EXTENSIONS);
  }

  @Operation(summary = "Whether the server runs")
  @GetMapping("/v2/health/live")
  InferenceProtocol.Live live() {
    return new InferenceProtocol.Live(true);
  }

  @Operation(summary = "Whether the server answers")
  @GetMapping("/v2/health/ready")
  ResponseEntity<InferenceProtocol.Ready> ready() {
    return ResponseEntity.status(readiness()).body(new InferenceProtocol.Ready(isReady()));
  }

  @Operation(summary = "Whether the model answers")
  @GetMapping({"/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}/ready"})
  ResponseEntity<InferenceProtocol.ModelReady> modelReady(
      @PathVariable String name, @PathVariable(required = false) @Nullable String version) {
    known(name, version);
    return ResponseEntity.status(readiness())
        .body(new InferenceProtocol.ModelReady(name, isReady()));
  }

  private HttpStatus readiness() {
    return isReady() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
  }

  private boolean isReady() {
    var now = health.health();
    return now != null && now.getStatus().equals(Status.UP);
  }

  @Operation(summary = "What the model takes and gives")
  @GetMapping({"/v2/models/{name}", "/v2/models/{name}/versions/{version}"})
  InferenceProtocol.Model model(
      @PathVariable String name, @PathVariable(required = false) @Nullable String version) {
    ModelVersion present = known(name, version);
    ModelInfo model = present.model();
    return new InferenceProtocol.Model(
        name,
        List.of(Long.toString(present.generation())),
        "pytorch_torchscript",
        InferenceTensors.inputs(model),
        InferenceTensors.outputs(model));
  }

  @Operation(summary = "Recognises pictures")
  @PostMapping({"/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/infer"})
  ResponseEntity<byte[]> infer(
      @PathVariable String name,
      @PathVariable(required = false) @Nullable String version,
      @RequestHeader(name = JSON_LENGTH, required = false) @Nullable Integer jsonLength,
      InputStream body)
      throws IOException {
    known(name, version);
    byte[] bytes = body.readNBytes(mostBytes + 1);
    if (bytes.length > mostBytes) {
      throw new PictureException(
          Reason.TOO_LARGE,
          "The request has more than %d bytes: send fewer pictures.".formatted(mostBytes));
    }
    try (RoomShare share = new RoomShare(room)) {
      return asking
          .slot()
          .with(
              (recognizer, present) -> {
                requireKnown(present, name, version);
                InferenceRequest request =
                    InferenceRequest.read(json, bytes, jsonLength, present.model(), share);
                List<InferenceTensors.Made> made =
                    request.wishes().stream()
                        .map(wish -> InferenceTensors.make(wish, recognizer, request.pictures()))
                        .toList();
                return response(request, name, present, made);
              });
    }
  }

  private ResponseEntity<byte[]> response(
      InferenceRequest request,
      String name,
      ModelVersion present,
      List<InferenceTensors.Made> made) {
    byte[] head =
        json.writeValueAsBytes(
            new InferenceProtocol.Response(
                request.id(),
                name,
                Long.toString(present.generation()),
                made.stream().map(InferenceTensors.Made::tensor).toList()));
    if (request.wishes().stream().noneMatch(InferenceRequest.Wish::binary)) {
      return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(head);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head);
    made.forEach(each -> all.writeBytes(each.binary()));
    return ResponseEntity.ok()
        .header(JSON_LENGTH, Integer.toString(head.length))
        .contentType(MediaType.APPLICATION_OCTET_STREAM)
        .body(all.toByteArray());
  }

  private ModelVersion known(String name, @Nullable String version) {
    ModelVersion present = asking.slot().version();
    requireKnown(present, name, version);
    return present;
  }

  private void requireKnown(ModelVersion present, String name, @Nullable String version) {
    if (!name.equals(asking.name())
        || (version != null && !version.equals(Long.toString(present.generation())))) {
      throw new UnknownModel();
    }
  }

  @ExceptionHandler
  ResponseEntity<InferenceProtocol.Failure> refused(WwtsException failure) {
    return failure(Problems.status(failure), failure);
  }

  @ExceptionHandler
  ResponseEntity<InferenceProtocol.Failure> bad(InferenceRequest.BadRequest failure) {
    return failure(HttpStatus.BAD_REQUEST, failure);
  }

  @ExceptionHandler
  ResponseEntity<InferenceProtocol.Failure> unknown(UnknownModel failure) {
    return failure(HttpStatus.NOT_FOUND, failure);
  }

  /** What is wrong with the HTTP, which the protocol tells like the rest. */
  @ExceptionHandler
  ResponseEntity<InferenceProtocol.Failure> bad(MethodArgumentTypeMismatchException failure) {
    return failure(
        HttpStatus.BAD_REQUEST,
        new InferenceRequest.BadRequest(failure.getName() + " must be a whole number.", failure));
  }

  @ExceptionHandler
  ResponseEntity<InferenceProtocol.Failure> refused(ErrorResponseException failure) {
    return ResponseEntity.status(failure.getStatusCode())
        .body(new InferenceProtocol.Failure(String.valueOf(failure.getBody().getDetail())));
  }

  private static ResponseEntity<InferenceProtocol.Failure> failure(
      HttpStatus status, RuntimeException failure) {
    HttpHeaders headers = new HttpHeaders();
    if (Problems.isPassing(status)) {
      headers.set(HttpHeaders.RETRY_AFTER, "1");
    }
    return ResponseEntity.status(status)
        .headers(headers)
        .body(new InferenceProtocol.Failure(String.valueOf(failure.getMessage())));
  }

  /** A name or version that is not there. */
  private static final class UnknownModel extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownModel() {
      super("There is no model of that name and version: GET /v1/models names what there is.");
    }
  }
}
