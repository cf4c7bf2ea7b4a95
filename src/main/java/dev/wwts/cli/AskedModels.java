package dev.wwts.cli;

import dev.wwts.Answer;
import dev.wwts.Labels;
import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.Timings;
import dev.wwts.internal.model.Bundle;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The models that {@code recognize} asks: one, or the default one, which knows drawings, and behind
 * it one for photographs.
 *
 * <p>What the default model recognises is a drawing. Else the entropies of both answers decide, by
 * e to the power of which a model is torn between so many classes: the default one is taught to be
 * undecided about photographs, and rarely is about drawings, even those that it can't name. It is a
 * photograph if the other one's choice is {@link #LEAD} narrower; else nobody knows.
 * models/README.md has what that does to drawings and photographs.
 */
final class AskedModels implements AutoCloseable {
  /** Of entropy, in nats: between twelve times fewer classes. */
  static final double LEAD = 2.5;

  private final Asked first;
  private final @Nullable Asked photos;
  private final Shown shown;
  private final @Nullable Labels labels;

  /** One that is loaded, with what its best confidence must reach. */
  private record Asked(Recognizer recognizer, double threshold) {
    boolean accepts(Answer.Recognized answer) {
      return answer.best().confidence() >= threshold;
    }

    ModelInfo info() {
      return recognizer.model();
    }
  }

  /**
   * What is told of an answer.
   *
   * @param top so many classes
   * @param minConfidence no class below it
   * @param threshold no answer whose best confidence is below it; null: the model's own
   */
  record Shown(int top, double minConfidence, @Nullable Double threshold) {
    /** A builder that is told so, if it is possible. */
    RecognizerBuilder of(RecognizerBuilder model) {
      model.topK(top).minConfidence(minConfidence);
      return threshold == null ? model : model.threshold(threshold);
    }

    /** An entropy is one of all classes. */
    private RecognizerBuilder ofAll(RecognizerBuilder model) {
      return of(model).topK(Integer.MAX_VALUE).minConfidence(0).threshold(0);
    }

    private List<Recognition> results(Answer.Recognized answer) {
      return answer.results().stream()
          .filter(result -> result.confidence() >= minConfidence)
          .limit(top)
          .toList();
    }
  }

  /**
   * What is told of a picture.
   *
   * @param model whose answer it is; empty where there is only one
   * @param answer with what all who were asked took
   */
  record Reply(String model, Answer.Recognized answer) {}

  private AskedModels(Asked first, @Nullable Asked photos, Shown shown, @Nullable Labels labels) {
    this.first = first;
    this.photos = photos;
    this.shown = shown;
    this.labels = labels;
  }

  /**
   * Loads one model, whose builder is told what is shown.
   *
   * @param labels what it chooses among; null: its own
   */
  static AskedModels load(RecognizerBuilder only, Shown shown, @Nullable Labels labels) {
    return new AskedModels(new Asked(only.load(), 0), null, shown, labels);
  }

  /**
   * Loads the default model and the one for photographs.
   *
   * @param file from a file to its builder
   */
  static AskedModels load(
      Path drawings, Path photos, Function<Path, RecognizerBuilder> file, Shown shown) {
    Asked first = load(drawings, file, shown);
    try {
      return new AskedModels(first, load(photos, file, shown), shown, null);
    } catch (RuntimeException e) {
      first.recognizer.close();
      throw e;
    }
  }

  private static Asked load(Path file, Function<Path, RecognizerBuilder> builder, Shown shown) {
    double threshold =
        shown.threshold == null
            ? Bundle.describe(file).manifest().output().threshold()
            : shown.threshold;
    return new Asked(shown.ofAll(builder.apply(file)).load(), threshold);
  }

  /** The models, in the order in which they are asked. */
  List<ModelInfo> infos() {
    return photos == null ? List.of(first.info()) : List.of(first.info(), photos.info());
  }

  Reply ask(Picture picture) {
    if (labels != null) {
      return new Reply("", first.recognizer.answer(picture, labels));
    }
    Answer.Recognized drawing = first.recognizer.answer(picture);
    if (photos == null) {
      return new Reply("", drawing);
    }
    if (first.accepts(drawing)) {
      return reply(first, drawing, shown.results(drawing), drawing.timings());
    }
    Answer.Recognized photo = photos.recognizer.answer(picture);
    Timings both = sum(drawing.timings(), photo.timings());
    if (entropy(drawing.results()) - entropy(photo.results()) < LEAD) {
      return reply(first, drawing, List.of(), both);
    }
    return reply(photos, photo, photos.accepts(photo) ? shown.results(photo) : List.of(), both);
  }

  private static Reply reply(
      Asked model, Answer.Recognized answer, List<Recognition> results, Timings timings) {
    return new Reply(
        model.info().name(), new Answer.Recognized(results, answer.best(), answer.tags(), timings));
  }

  /** In nats. */
  static double entropy(List<Recognition> classes) {
    return classes.stream()
        .mapToDouble(Recognition::confidence)
        .filter(p -> p > 0)
        .map(p -> -p * Math.log(p))
        .sum();
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
    try {
      if (photos != null) {
        photos.recognizer.close();
      }
    } finally {
      first.recognizer.close();
    }
  }
}
