package dev.wwts.server;

import dev.wwts.Gallery;
import dev.wwts.Picture;
import dev.wwts.WwtsException;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/gallery}: labelled pictures, known from the next request on. */
@RestController
class GalleryController {
  private static final int LONGEST_LABEL = 1000;
  private static final String EXAMPLES = "/v1/gallery/examples";

  private final ObjectProvider<Gallery> place;

  GalleryController(ObjectProvider<Gallery> place) {
    this.place = place;
  }

  /**
   * What a gallery holds.
   *
   * @param labels how many examples each has
   * @param threshold the similarity below which nothing is recognised; -1 before one was chosen
   */
  record Summary(int examples, SortedMap<String, Integer> labels, double threshold) {}

  /**
   * Some of the examples.
   *
   * @param examples oldest first
   * @param next what to say as {@code after} for the following ones, if there are any
   */
  record Page(List<Gallery.Example> examples, @Nullable Long next) {}

  /** What became of pictures, one an uploaded file, in their order. */
  record Results<T>(List<T> pictures) {}

  /** How many were forgotten. */
  record Removed(int removed) {}

  @Operation(summary = "What the gallery holds")
  @GetMapping("/v1/gallery")
  Summary summary() {
    Gallery gallery = gallery();
    SortedMap<String, Integer> labels = gallery.labels();
    return new Summary(
        labels.values().stream().mapToInt(Integer::intValue).sum(), labels, gallery.threshold());
  }

  @Operation(summary = "Its examples")
  @GetMapping(EXAMPLES)
  Page examples(
      @RequestParam(required = false) @Nullable String label,
      @RequestParam(defaultValue = "-1") long after,
      @RequestParam(defaultValue = "100") @Min(1) @Max(1000) int limit) {
    List<Gallery.Example> some =
        gallery().examples().stream()
            .filter(it -> it.id() > after && (label == null || label.equals(it.label())))
            .limit(limit + 1L)
            .toList();
    return some.size() > limit
        ? new Page(some.subList(0, limit), some.get(limit - 1).id())
        : new Page(some, null);
  }

  @Operation(
      summary = "Adds pictures of a label",
      description =
          "The next request knows them, and they last. The embeddings are kept, the pictures are not; a file's name stays with its embedding.")
  @UploadMapping(EXAMPLES)
  Results<GalleryAnswers.Added> add(@RequestParam String label, Upload upload) {
    if (label.isBlank() || label.length() > LONGEST_LABEL) {
      throw Problems.of(
          HttpStatus.BAD_REQUEST,
          "bad_label",
          "A label has 1 to %,d characters, not only spaces.".formatted(LONGEST_LABEL));
    }
    Gallery gallery = gallery();
    return each(
        upload,
        GalleryAnswers.Added::refused,
        picture -> {
          // a body has no file's name
          Map<String, String> metadata =
              upload.isNamed() ? Map.of("file", picture.name()) : Map.of();
          return GalleryAnswers.Added.of(
              picture.name(), label, gallery.add(label, picture, metadata));
        });
  }

  @Operation(summary = "Forgets an example")
  @DeleteMapping(EXAMPLES + "/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void remove(@PathVariable long id) {
    if (!gallery().remove(id)) {
      throw Problems.of(
          HttpStatus.NOT_FOUND,
          "unknown_example",
          "There is no example %d: GET %s names what there is.".formatted(id, EXAMPLES));
    }
  }

  @Operation(summary = "Forgets all examples of a label")
  @DeleteMapping(EXAMPLES)
  Removed removeLabel(@RequestParam String label) {
    return new Removed(gallery().removeLabel(label));
  }

  @Operation(
      summary = "Says what pictures show, by the gallery",
      description = "No result where the best is less similar than the gallery's threshold.")
  @UploadMapping("/v1/gallery:recognize")
  Results<GalleryAnswers.Recognized> recognize(Upload upload) {
    Gallery gallery = gallery();
    return each(
        upload,
        GalleryAnswers.Recognized::refused,
        picture -> GalleryAnswers.Recognized.of(picture.name(), gallery.recognize(picture)));
  }

  @Operation(summary = "Finds the examples that are most like pictures, nearest first")
  @UploadMapping("/v1/gallery:search")
  Results<GalleryAnswers.Found> search(
      Upload upload, @RequestParam(defaultValue = "5") @Min(1) @Max(1000) int top) {
    Gallery gallery = gallery();
    return each(
        upload,
        GalleryAnswers.Found::refused,
        picture -> GalleryAnswers.Found.of(picture.name(), gallery.search(picture, top)));
  }

  @Operation(
      summary = "Finds the examples that are most like a text, nearest first",
      description = "Of models that know texts; else 422.")
  @GetMapping("/v1/gallery:search")
  GalleryAnswers.FoundByText search(
      @RequestParam String text, @RequestParam(defaultValue = "5") @Min(1) @Max(1000) int top) {
    return GalleryAnswers.FoundByText.of(text, gallery().search(text, top));
  }

  @Operation(
      summary = "Chooses the threshold from the gallery's own examples",
      description = "409 where there are not two labels, one of them with two examples.")
  @PostMapping("/v1/gallery:calibrate")
  Gallery.Calibration calibrate() {
    return gallery().calibrate();
  }

  private Gallery gallery() {
    Gallery gallery = place.getIfAvailable();
    if (gallery == null) {
      throw Problems.of(
          HttpStatus.NOT_FOUND,
          "no_gallery",
          "There is no gallery here: start the service with --gallery DIR.");
    }
    return gallery;
  }

  /** One after the other; the only picture's refusal is the request's, of several each has its. */
  private static <T> Results<T> each(
      Upload upload, GalleryAnswers.Refusal<T> refused, Function<Picture, T> answer) {
    List<T> answers = new ArrayList<>();
    for (Picture picture : upload.pictures()) {
      try {
        answers.add(answer.apply(picture));
      } catch (WwtsException e) {
        if (upload.isSingle()) {
          throw e;
        }
        // what was done for those before must be told
        answers.add(refused.of(picture.name(), Problems.of(e)));
      }
    }
    return new Results<>(answers);
  }
}
