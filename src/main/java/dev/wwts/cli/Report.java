package dev.wwts.cli;

import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.PictureException;
import java.nio.file.Path;

/** How {@code recognize} tells its user what happens. */
interface Report {
  void loading();

  void loaded(ModelInfo model, long nanos);

  /** {@code model} is whose answer it is, where two are asked. */
  void recognized(Path picture, String model, Answer.Recognized answer);

  void refused(Path picture, PictureException cause);
}
