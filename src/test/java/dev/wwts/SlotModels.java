package dev.wwts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tiny models that say who they are: each label begins with a word of their own. */
final class SlotModels {
  private SlotModels() {}

  /** One of that name, network and word. */
  static Path write(Path folder, String name, String expression, String word) {
    try {
      Path own = Files.createDirectories(folder.resolve(name + "-parts"));
      String labels = ModelFiles.LABELS.replaceAll("(?m)^(?=.)", word);
      return Files.move(
          ModelFiles.write(
              own, expression, ModelFiles.MANIFEST, labels.getBytes(StandardCharsets.UTF_8)),
          folder.resolve(name + ".pt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
