package dev.wwts.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Gallery;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.internal.text.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.ToIntBiFunction;
import java.util.function.ToIntFunction;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of all that is done with a gallery, and how its user is told. */
final class GalleryOptions {
  private static final JsonMapper JSON = new JsonMapper();

  @Option(
      names = "--gallery",
      paramLabel = "DIR",
      required = true,
      description = "The gallery's folder.")
  private Path folder = Path.of("");

  @Mixin private EmbeddingOptions model = new EmbeddingOptions();

  @Mixin private Output output = new Output();

  /** Opens one for changes, or makes it. */
  int make(ToIntFunction<Gallery> use) {
    return with(Gallery::open, use);
  }

  private int with(BiFunction<Path, Recognizer, Gallery> open, ToIntFunction<Gallery> use) {
    return load(
        (recognizer, at) -> {
          try (Gallery gallery = open.apply(at, recognizer)) {
            return use.applyAsInt(gallery);
          }
        });
  }

  /** Loads the model only. */
  int load(ToIntBiFunction<Recognizer, Path> use) {
    try (Recognizer recognizer = model.load()) {
      return use.applyAsInt(recognizer, folder);
    }
  }

  /** Opens one that is there for changes: a mistyped name makes none. */
  int change(ToIntFunction<Gallery> use) {
    requireThere();
    return make(use);
  }

  /** Opens one that is there as it is now; a server may have it open. */
  int read(ToIntFunction<Gallery> use) {
    requireThere();
    return with(Gallery::openReadOnly, use);
  }

  private void requireThere() {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "There is no gallery " + FileNames.text(folder) + ": wwts gallery add makes one.");
    }
  }

  /** Does the same for each picture and shows how far it is. Returns the exit code. */
  int each(List<LabelledPicture> pictures, BiConsumer<LabelledPicture, Picture> action) {
    int failed = 0;
    try (ProgressBar bar = pictures.size() > 1 ? PictureFiles.progress(pictures.size()) : null) {
      for (LabelledPicture it : pictures) {
        try {
          action.accept(it, Picture.of(it.file()));
        } catch (PictureException e) {
          failed++;
          output.refused(it.file(), e);
        }
        if (bar != null) {
          bar.step();
        }
        Console.requireLog();
      }
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  /** Tells a program the one, people the other. */
  void tell(ObjectNode object, String text) {
    output.tell(object, text);
  }

  static ObjectNode object(Gallery.Example example) {
    ObjectNode object = Output.object().put("id", example.id()).put("label", example.label());
    object.set("metadata", JSON.valueToTree(example.metadata()));
    return object;
  }

  /** An example for people. */
  static String text(Gallery.Example example) {
    String file = example.metadata().getOrDefault(GalleryCommand.FILE, "");
    return "%s（编号 %d%s）"
        .formatted(
            Printable.line(example.label()),
            example.id(),
            file.isEmpty() ? "" : "，" + Printable.line(file));
  }
}
