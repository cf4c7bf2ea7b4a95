package dev.wwts.cli;

import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.Timings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models that {@code recognize} asks: one, or the default one, which knows drawings, and behind
 * it one for photographs.
 *
 * <p>What the default model recognises is a drawing. Else it is a photograph if that model is surer
 * by {@link #LEAD} than the default one, which is taught to be undecided about photographs and
 * rarely is about drawings, even those that it can't name; else nobody knows. models/README.md has
 * what that does to drawings and photographs.
 */
final class AskedModels implements AutoCloseable {
  /** Of confidence, 0 to 1. */
  static final double LEAD = 0.5;

  private final Recognizer first;
  private final @Nullable Recognizer photos;

  /**
   * Takes over both.
   *
   * @param photos the model for photographs, or null if the first is the only one
   */
  AskedModels(Recognizer first, @Nullable Recognizer photos) {
    this.first = first;
    this.photos = photos;
  }

  /**
   * What is told of a picture.
   *
   * @param model whose answer it is; empty where there is only one
   * @param answer with what all who were asked took
   */
  record Reply(String model, Answer.Recognized answer) {}

  /** The models, in the order in which they are asked. */
  List<ModelInfo> infos() {
    return photos == null ? List.of(first.model()) : List.of(first.model(), photos.model());
  }

  Reply ask(Picture picture) {
    Answer.Recognized drawing = first.answer(picture);
    if (photos == null) {
      return new Reply("", drawing);
    }
    if (!drawing.results().isEmpty()) {
      return new Reply(first.model().name(), drawing);
    }
    Answer.Recognized photo = photos.answer(picture);
    double lead = photo.best().confidence() - drawing.best().confidence();
    Timings both = sum(drawing.timings(), photo.timings());
    return lead > 0
        ? new Reply(
            photos.model().name(),
            new Answer.Recognized(lead >= LEAD ? photo.results() : List.of(), photo.best(), both))
        : new Reply(first.model().name(), new Answer.Recognized(List.of(), drawing.best(), both));
  }

  private static Timings sum(Timings a, Timings b) {
    return new Timings(
        a.decode() + b.decode(),
        a.preprocess() + b.preprocess(),
        a.forward() + b.forward(),
        a.rank() + b.rank(),
        a.total() + b.total(),
        a.upload() + b.upload(),
        a.download() + b.download(),
        a.waiting() + b.waiting());
  }

  @Override
  public void close() {
    try (first) {
      if (photos != null) {
        photos.close();
      }
    }
  }
}
