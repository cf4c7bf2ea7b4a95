package dev.wwts.cli;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import me.tongfei.progressbar.ProgressBar;

/**
 * A picture, and what it is like.
 *
 * @param embedding of length 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EmbeddedPicture(LabelledPicture picture, float[] embedding) {
  /** Read ahead of the network, and one forward on a card. */
  private static final int TOGETHER = 16;

  /**
   * Embeds pictures and shows how far it is.
   *
   * @param refused told of each that can't be read, which is left out
   */
  static List<EmbeddedPicture> of(
      List<LabelledPicture> pictures,
      Recognizer recognizer,
      BiConsumer<Path, PictureException> refused) {
    List<EmbeddedPicture> embedded = new ArrayList<>();
    try (ProgressBar bar = PictureFiles.progress(pictures.size())) {
      for (int from = 0; from < pictures.size(); from += TOGETHER) {
        List<LabelledPicture> some =
            pictures.subList(from, Math.min(from + TOGETHER, pictures.size()));
        List<Answer> answers =
            recognizer.embeddings(some.stream().map(it -> Picture.of(it.file())).toList());
        for (int i = 0; i < some.size(); i++) {
          if (answers.get(i) instanceof Answer.Embedded answer) {
            embedded.add(new EmbeddedPicture(some.get(i), answer.vector()));
          } else if (answers.get(i) instanceof Answer.Refused answer) {
            refused.accept(some.get(i).file(), answer.cause());
          }
        }
        bar.stepBy(some.size());
        Console.requireLog();
      }
    }
    return embedded;
  }
}
