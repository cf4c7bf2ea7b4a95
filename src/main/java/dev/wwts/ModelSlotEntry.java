package dev.wwts;

import dev.wwts.internal.swap.Candidate;
import dev.wwts.internal.swap.Wish;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A slot's model and what it was loaded with.
 *
 * @param settings nobody else sets anything there
 */
record ModelSlotEntry(Recognizer recognizer, RecognizerBuilder settings) implements Candidate {
  /** What a builder asks for now, whatever is set there later. */
  static Wish<ModelSlotEntry> wish(RecognizerBuilder builder) {
    return wish(builder, builder.model(), builder.settings().sha256());
  }

  /** The same settings for another file with another pin, or none. */
  Wish<ModelSlotEntry> wish(Path file, @Nullable String pin) {
    return wish(settings, file, pin);
  }

  private static Wish<ModelSlotEntry> wish(
      RecognizerBuilder like, Path file, @Nullable String pin) {
    RecognizerBuilder own = like.of(file, pin);
    return new Wish<>(
        file, pin, own.settings().precision(), () -> new ModelSlotEntry(own.load(), own));
  }

  /** Whether it had to have a certain SHA-256. */
  boolean isPinned() {
    return settings.settings().sha256() != null;
  }

  @Override
  public ModelInfo model() {
    return recognizer.model();
  }

  @Override
  public Verification verify() {
    return recognizer.verify();
  }

  @Override
  public Answer.Recognized answer(Picture picture) {
    return recognizer.answer(picture);
  }

  @Override
  public void requireCaller() {
    recognizer.requireCaller();
  }

  @Override
  public Stats stats() {
    return recognizer.stats();
  }

  @Override
  public void close() {
    recognizer.close();
  }
}
