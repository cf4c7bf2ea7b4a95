package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wwts.Answer;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/embed}: pictures in, their features out. */
@RestController
class EmbedController {
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
}
