package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wwts.Answer;
import dev.wwts.Recognition;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/recognize}: pictures in, labels out. */
@RestController
class RecognizeController {
  private final Asking asking;
  private final RunTimeLabels labels;

  RecognizeController(Asking asking, RunTimeLabels labels) {
    this.asking = asking;
    this.labels = labels;
  }

  /**
   * What became of a request's pictures.
   *
   * @param model which one answered, all of them
   * @param pictures one an uploaded file, in their order
   */
  record Response(ModelReference model, List<Recognized> pictures) {}

  /**
   * What became of a picture: results, or an error.
   *
   * @param file its name
   * @param results best first; empty where the best one is below the threshold
   * @param best the best class, whatever its confidence
   * @param tags all that the picture shows, of models that give several; none else
   * @param millis what the stages took
   * @param error why it was refused
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Recognized(
      String file,
      @Nullable List<Named> results,
      @Nullable Named best,
      @Nullable List<Named> tags,
      @Nullable Millis millis,
      @Nullable ProblemDetail error) {}

  /**
   * A class.
   *
   * @param root what it belongs to, if the model says
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Named(int index, String label, double confidence, @Nullable String root) {
    static Named of(Recognition it) {
      return new Named(
          it.index(), it.label(), it.confidence(), it.root().isEmpty() ? null : it.root());
    }
  }

  /** What an answer is to hold. */
  private record Wish(int top, double threshold, double minConfidence, boolean timings) {
    Recognized apply(String file, Answer answer) {
      if (answer instanceof Answer.Refused refused) {
        return new Recognized(file, null, null, null, null, Problems.of(refused.cause()));
      }
      Answer.Recognized it = (Answer.Recognized) answer;
      List<Named> results = it.best().confidence() < threshold ? List.of() : told(it.results());
      List<Named> tags = it.tags().isEmpty() ? null : told(it.tags());
      return new Recognized(
          file, results, Named.of(it.best()), tags, timings ? Millis.of(it.timings()) : null, null);
    }

    private List<Named> told(List<Recognition> all) {
      return all.stream()
          .filter(each -> each.confidence() >= minConfidence)
          .limit(top)
          .map(Named::of)
          .toList();
    }
  }

  @Operation(
      summary = "Recognises pictures",
      description =
          "Several are answered by one model as one call; one that can't be read has an error in its place. Threshold and minimum only tighten the model's own. With labels, of models that know texts, the choice is among them: the confidences add up to 1, and min-similarity leaves out labels that are less like the picture.")
  @Parameter(
      name = "label",
      description = "A class to choose from; labels times templates are at most 1,000 texts.",
      in = ParameterIn.QUERY,
      array = @ArraySchema(schema = @Schema(type = "string")))
  @Parameter(
      name = "template",
      description = "A text in which {} is the label; of several the embeddings are averaged.",
      in = ParameterIn.QUERY,
      array = @ArraySchema(schema = @Schema(type = "string")))
  @UploadMapping("/v1/recognize")
  Response recognize(
      Upload upload,
      @RequestParam(defaultValue = "5") @Min(1) @Max(100) int top,
      @RequestParam(defaultValue = "0") @DecimalMin("0") @DecimalMax("1") double threshold,
      @RequestParam(name = "min-confidence", defaultValue = "0") @DecimalMin("0") @DecimalMax("1")
          double minConfidence,
      @RequestParam(defaultValue = "true") boolean timings,
      @RequestParam(name = "min-similarity", defaultValue = "-1") @DecimalMin("-1") @DecimalMax("1")
          double minSimilarity) {
    Wish wish = new Wish(top, threshold, minConfidence, timings);
    Asking.Answered answered =
        upload.all("label").isEmpty()
            ? asking.recognize(upload)
            : asking.recognize(
                upload,
                labels
                    .of(upload.all("label"), upload.all("template"))
                    .withMinSimilarity(minSimilarity));
    return new Response(answered.reference(), answered.each(wish::apply));
  }
}
