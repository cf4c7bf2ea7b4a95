package dev.wwts.server;

import dev.wwts.Answer;
import dev.wwts.Labels;
import dev.wwts.ModelSlot;
import dev.wwts.ModelVersion;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.springframework.stereotype.Component;

/** Asks the model that is in the slot, and tells which one answered. */
@Component
final class Asking {
  private final ModelSlot slot;
  private final String name;

  Asking(ModelSlot slot) {
    this.slot = slot;
    this.name = slot.version().model().name();
  }

  /**
   * What was answered.
   *
   * @param model which one did
   * @param pictures what was asked
   * @param answers one a picture, in their order
   */
  record Answered(ModelVersion model, List<Picture> pictures, List<Answer> answers) {
    ModelReference reference() {
      return ModelReference.of(model);
    }

    /** Something of each picture's name and answer. */
    <T> List<T> each(BiFunction<String, Answer, T> something) {
      List<T> all = new ArrayList<>();
      for (int i = 0; i < pictures.size(); i++) {
        all.add(something.apply(pictures.get(i).name(), answers.get(i)));
      }
      return all;
    }
  }

  /** What pictures show. All are answered by one model, as one call. */
  Answered recognize(List<Picture> pictures) {
    return ask(pictures, Recognizer::answers);
  }

  /** The same; the only picture's refusal is the request's, of several each has its own. */
  Answered recognize(Upload upload) {
    return orRefusal(upload, recognize(upload.pictures()));
  }

  /** Which of these labels they show. */
  Answered recognize(Upload upload, Labels labels) {
    return orRefusal(
        upload, ask(upload.pictures(), (model, pictures) -> model.answers(pictures, labels)));
  }

  /** What pictures are like; refusals as those of {@link #recognize(Upload)}. */
  Answered embed(Upload upload) {
    return orRefusal(upload, ask(upload.pictures(), Recognizer::embeddings));
  }

  /**
   * How alike pictures and texts are.
   *
   * @param pictures what they are like
   * @param texts the same, one a text
   */
  record Compared(Answered pictures, List<float[]> texts) {}

  /** What pictures and texts are like, all by one model. */
  Compared compare(Upload upload, List<String> texts) {
    return slot.with(
        (recognizer, version) -> {
          List<float[]> embedded = texts.stream().map(recognizer::embed).toList();
          List<Answer> answers = recognizer.embeddings(upload.pictures());
          return new Compared(
              orRefusal(upload, new Answered(version, upload.pictures(), answers)), embedded);
        });
  }

  private Answered ask(
      List<Picture> pictures, BiFunction<Recognizer, List<Picture>, List<Answer>> how) {
    return slot.with(
        (recognizer, version) -> new Answered(version, pictures, how.apply(recognizer, pictures)));
  }

  private static Answered orRefusal(Upload upload, Answered answered) {
    if (upload.isSingle() && answered.answers().get(0) instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return answered;
  }

  ModelSlot slot() {
    return slot;
  }

  /** What the service calls its model, whatever is swapped in: the first one's name. */
  String name() {
    return name;
  }
}
