package dev.wwts.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wwts.Gallery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/** What a gallery answers for a picture, or why it does not. */
final class GalleryAnswers {
  private GalleryAnswers() {}

  /** An answer that is an error. */
  interface Refusal<T> {
    T of(String file, ProblemDetail error);
  }

  /** An example that is like a picture, by the cosine of their embeddings. */
  record Neighbour(long id, String label, double similarity, Map<String, String> metadata) {
    static Neighbour of(Gallery.Neighbour it) {
      return new Neighbour(
          it.example().id(), it.example().label(), it.similarity(), it.example().metadata());
    }

    private static @Nullable Neighbour orNull(Optional<Gallery.Neighbour> it) {
      return it.map(Neighbour::of).orElse(null);
    }
  }

  /** A picture that was added under an id, or was not. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Added(
      String file, @Nullable Long id, @Nullable String label, @Nullable ProblemDetail error) {
    static Added of(String file, String label, long id) {
      return new Added(file, id, label, null);
    }

    static Added refused(String file, ProblemDetail error) {
      return new Added(file, null, null, error);
    }
  }

  /**
   * What a picture shows.
   *
   * @param result the nearest example of its label; none where it was not recognised
   * @param best the same, whatever its similarity
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Recognized(
      String file,
      @Nullable Neighbour result,
      @Nullable Neighbour best,
      @Nullable ProblemDetail error) {
    static Recognized of(String file, Gallery.Match match) {
      return new Recognized(
          file, Neighbour.orNull(match.result()), Neighbour.orNull(match.best()), null);
    }

    static Recognized refused(String file, ProblemDetail error) {
      return new Recognized(file, null, null, error);
    }
  }

  /** The examples that are most like a picture, nearest first. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Found(String file, @Nullable List<Neighbour> neighbours, @Nullable ProblemDetail error) {
    static Found of(String file, List<Gallery.Neighbour> found) {
      return new Found(file, found.stream().map(Neighbour::of).toList(), null);
    }

    static Found refused(String file, ProblemDetail error) {
      return new Found(file, null, error);
    }
  }

  /** The examples that are most like a text, nearest first. */
  record FoundByText(String text, List<Neighbour> neighbours) {
    static FoundByText of(String text, List<Gallery.Neighbour> found) {
      return new FoundByText(text, found.stream().map(Neighbour::of).toList());
    }
  }
}
