package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wwts.Answer;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/embed} and {@code /v1/score}: what pictures and texts are like. */
@RestController
class EmbedController {
  private static final int MOST_TEXTS = 64;

  private final Asking asking;

  EmbedController(Asking asking) {
    this.asking = asking;
  }

  /**
   * What became of a request's pictures.
   *
   * @param model whose features they are: those of two models can't be compared
   * @param pictures one an uploaded file, in their order
   */
  record Response(ModelReference model, List<Embedded> pictures) {}

  /**
   * What became of a picture: an embedding, or an error.
   *
   * @param file its name
   * @param embedding of length 1, so that a product of two is their cosine
   * @param millis what the stages took
   * @param error why it was refused
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Embedded(
      String file,
      float @Nullable [] embedding,
      @Nullable Millis millis,
      @Nullable ProblemDetail error) {
    static Embedded of(String file, Answer answer, boolean timings) {
      if (answer instanceof Answer.Refused refused) {
        return new Embedded(file, null, null, Problems.of(refused.cause()));
      }
      Answer.Embedded it = (Answer.Embedded) answer;
      return new Embedded(file, it.vector(), timings ? Millis.of(it.timings()) : null, null);
    }
  }

  /**
   * Texts to embed.
   *
   * @param texts at most 64; what is behind the model's last word is cut off
   */
  record Texts(@NotEmpty @Size(max = MOST_TEXTS) List<@NotNull String> texts) {}

  /** What became of a request's texts, in their order. */
  record TextResponse(ModelReference model, List<EmbeddedText> texts) {}

  /** A text's embedding, which lies where those of pictures do. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record EmbeddedText(String text, float[] embedding) {}

  /** What became of pictures and texts. */
  record ScoreResponse(ModelReference model, List<Scored> pictures) {}

  /**
   * What became of a picture: how well each text says what it shows, or an error.
   *
   * @param scores in the texts' order
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Scored(String file, @Nullable List<Score> scores, @Nullable ProblemDetail error) {}

  /** How well a text says what a picture shows: the cosine of their embeddings, -1 to 1. */
  record Score(String text, double score) {}

  @Operation(
      summary = "What pictures are like, as numbers",
      description =
          "Embeddings of length 1, whose product is their cosine. Several are answered by one model as one call; one that can't be read has an error in its place. 422 where the model gives none.")
  @UploadMapping("/v1/embed")
  Response embed(Upload upload, @RequestParam(defaultValue = "true") boolean timings) {
    Asking.Answered answered = asking.embed(upload);
    return new Response(
        answered.reference(), answered.each((file, answer) -> Embedded.of(file, answer, timings)));
  }

  @Operation(
      summary = "What texts are like, as numbers",
      description = "Where pictures' embeddings lie, of models that know texts; else 422.")
  @PostMapping(path = "/v1/embed", consumes = MediaType.APPLICATION_JSON_VALUE)
  TextResponse embed(@Valid @RequestBody Texts request) {
    return asking
        .slot()
        .with(
            (recognizer, version) ->
                new TextResponse(
                    ModelReference.of(version),
                    request.texts().stream()
                        .map(text -> new EmbeddedText(text, recognizer.embed(text)))
                        .toList()));
  }

  @Operation(
      summary = "How well texts say what pictures show",
      description = "The cosine of their embeddings, of models that know texts; else 422.")
  @Parameter(
      name = "text",
      description = "One or more, at most 64.",
      in = ParameterIn.QUERY,
      required = true,
      array = @ArraySchema(schema = @Schema(type = "string")))
  @UploadMapping("/v1/score")
  ScoreResponse score(Upload upload) {
    List<String> text = upload.all("text");
    if (text.isEmpty() || text.size() > MOST_TEXTS) {
      throw Problems.of(
          HttpStatus.BAD_REQUEST,
          "bad_texts",
          "Pictures are held against 1 to %d texts (text=…), not %d."
              .formatted(MOST_TEXTS, text.size()));
    }
    Asking.Compared compared = asking.compare(upload, text);
    return new ScoreResponse(
        compared.pictures().reference(),
        compared.pictures().each((file, answer) -> scored(file, answer, text, compared.texts())));
  }

  private static Scored scored(
      String file, Answer answer, List<String> texts, List<float[]> embedded) {
    if (answer instanceof Answer.Refused refused) {
      return new Scored(file, null, Problems.of(refused.cause()));
    }
    float[] picture = ((Answer.Embedded) answer).vector();
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      scores.add(new Score(texts.get(i), product(picture, embedded.get(i))));
    }
    return new Scored(file, scores, null);
  }

  private static double product(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }
}
