package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wwts.Answer;
import dev.wwts.ModelVersion;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** {@code POST /v1/recognize}: pictures in, labels out. */
@RestController
class RecognizeController {
  private static final String PATH = "/v1/recognize";

  private final Asking asking;

  RecognizeController(Asking asking) {
    this.asking = asking;
  }

  /**
   * What became of a request's pictures.
   *
   * @param model which one answered, all of them
   * @param pictures one an uploaded file, in their order
   */
  record Response(ModelReference model, List<Recognized> pictures) {}

  /** Which model: its name, how often it was changed, its file's SHA-256. */
  record ModelReference(String name, long generation, String sha256) {
    static ModelReference of(ModelVersion version) {
      return new ModelReference(version.model().name(), version.generation(), version.sha256());
    }
  }

  /**
   * What became of a picture: results, or an error.
   *
   * @param file its name
   * @param results best first; empty where the best one is below the threshold
   * @param best the best class, whatever its confidence
   * @param millis what the stages took
   * @param error why it was refused
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Recognized(
      String file,
      @Nullable List<Recognition> results,
      @Nullable Recognition best,
      @Nullable Millis millis,
      @Nullable ProblemDetail error) {}

  /** What the stages took, in milliseconds. */
  record Millis(
      double waiting,
      double decode,
      double upload,
      double preprocess,
      double forward,
      double rank,
      double download,
      double total) {
    static Millis of(Timings it) {
      return new Millis(
          Timings.millis(it.waiting()),
          Timings.millis(it.decode()),
          Timings.millis(it.upload()),
          Timings.millis(it.preprocess()),
          Timings.millis(it.forward()),
          Timings.millis(it.rank()),
          Timings.millis(it.download()),
          Timings.millis(it.total()));
    }
  }

  /** What an answer is to hold. */
  private record Wish(int top, double threshold, double minConfidence, boolean timings) {
    Recognized apply(String file, Answer answer) {
      if (answer instanceof Answer.Refused refused) {
        return new Recognized(file, null, null, null, Problems.of(refused.cause()));
      }
      Answer.Recognized it = (Answer.Recognized) answer;
      List<Recognition> results =
          it.best().confidence() < threshold
              ? List.of()
              : it.results().stream()
                  .filter(each -> each.confidence() >= minConfidence)
                  .limit(top)
                  .toList();
      return new Recognized(
          file, results, it.best(), timings ? Millis.of(it.timings()) : null, null);
    }
  }

  @Operation(
      summary = "Recognises pictures",
      description =
          "Several are answered by one model as one call; one that can't be read has an error in its place. Threshold and minimum only tighten the model's own.")
  @PostMapping(path = PATH, consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  Response files(
      @RequestPart("file") List<MultipartFile> file,
      @RequestParam(defaultValue = "5") @Min(1) @Max(100) int top,
      @RequestParam(defaultValue = "0") @DecimalMin("0") @DecimalMax("1") double threshold,
      @RequestParam(name = "min-confidence", defaultValue = "0") @DecimalMin("0") @DecimalMax("1")
          double minConfidence,
      @RequestParam(defaultValue = "true") boolean timings) {
    List<Picture> pictures = file.stream().map(RecognizeController::picture).toList();
    return answer(pictures, new Wish(top, threshold, minConfidence, timings));
  }

  @Operation(
      summary = "Recognises the picture that is the request's body",
      requestBody =
          @RequestBody(content = @Content(schema = @Schema(type = "string", format = "binary"))))
  @PostMapping(
      path = PATH,
      consumes = {"image/*", MediaType.APPLICATION_OCTET_STREAM_VALUE})
  Response body(
      InputStream body,
      @RequestParam(defaultValue = "5") @Min(1) @Max(100) int top,
      @RequestParam(defaultValue = "0") @DecimalMin("0") @DecimalMax("1") double threshold,
      @RequestParam(name = "min-confidence", defaultValue = "0") @DecimalMin("0") @DecimalMax("1")
          double minConfidence,
      @RequestParam(defaultValue = "true") boolean timings) {
    return answer(List.of(asking.read(body)), new Wish(top, threshold, minConfidence, timings));
  }

  /** The only picture's refusal is the request's; of several, each has its own. */
  private Response answer(List<Picture> pictures, Wish wish) {
    Asking.Answered answered = asking.ask(pictures);
    if (answered.answers().size() == 1
        && answered.answers().get(0) instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    List<Recognized> recognized = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      recognized.add(wish.apply(pictures.get(i).name(), answered.answers().get(i)));
    }
    return new Response(ModelReference.of(answered.model()), recognized);
  }

  private static Picture picture(MultipartFile file) {
    String name = file.getOriginalFilename();
    try {
      return new Picture.Bytes(
          name == null || name.isEmpty() ? "the picture" : name, ByteBuffer.wrap(file.getBytes()));
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, "The uploaded file can't be read again from this machine's disk.", e);
    }
  }
}
