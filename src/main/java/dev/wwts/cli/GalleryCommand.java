package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Gallery;
import dev.wwts.Picture;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wwts gallery}: what is learnt from a few pictures, and forgotten again. */
@Command(
    name = "gallery",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Recognises by examples: adds labelled pictures to a gallery, removes them, and says which a picture is like.")
final class GalleryCommand {
  /** Where an example came from, in its metadata. */
  static final String FILE = "file";

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Adds pictures: with --label all of one kind, else those of a folder's folders, which are named by their labels.")
  int add(
      @Option(names = "--label", paramLabel = "TEXT", description = "What the pictures show.")
          @Nullable String label,
      @Parameters(arity = "1..*", paramLabel = PictureFiles.INPUTS) List<Path> inputs,
      @Mixin GalleryOptions options) {
    List<LabelledPicture> pictures =
        label == null ? LabelledPicture.inFoldersOf(inputs) : LabelledPicture.of(label, inputs);
    return options.make(
        gallery ->
            options.each(
                pictures,
                (it, picture) -> {
                  String file = Printable.line(FileNames.text(it.file()));
                  long id = gallery.add(it.label(), picture, Map.of(FILE, file));
                  options.tell(
                      Output.object(it.file()).put("id", id).put("label", it.label()),
                      "[INFO] 已添加: %s（标签 %s，编号 %d）".formatted(file, it.label(), id));
                }));
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Removes examples by their ids, or all of a label.")
  int remove(
      @Option(names = "--id", paramLabel = "N", split = ",", description = "Their ids.")
          @Nullable List<Long> ids,
      @Option(names = "--label", paramLabel = "TEXT", description = "All of this label.")
          @Nullable String label,
      @Mixin GalleryOptions options) {
    if ((ids == null) == (label == null)) {
      throw new IllegalArgumentException("Say which to remove: --id or --label.");
    }
    return options.change(
        gallery -> {
          long removed =
              ids == null
                  ? gallery.removeLabel(label)
                  : ids.stream().filter(gallery::remove).count();
          options.tell(
              Output.object().put("removed", removed), "[INFO] 已删除 %d 个样例".formatted(removed));
          return removed == (ids == null ? Math.max(1, removed) : ids.size())
              ? Wwts.OK
              : Wwts.FAILED;
        });
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists the examples, oldest first.")
  int list(@Mixin GalleryOptions options) {
    return options.read(
        gallery -> {
          gallery
              .examples()
              .forEach(
                  it -> options.tell(GalleryOptions.object(it), "- " + GalleryOptions.text(it)));
          return Wwts.OK;
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Says what pictures show, or that it is nothing of the gallery's.")
  int recognize(
      @Parameters(arity = "1..*", paramLabel = PictureFiles.INPUTS) List<Path> inputs,
      @Mixin GalleryOptions options) {
    return options.read(
        gallery ->
            options.each(
                LabelledPicture.of("", inputs),
                (it, picture) -> tell(it.file(), gallery.recognize(picture), options)));
  }

  private static void tell(Path file, Gallery.Match match, GalleryOptions options) {
    ObjectNode object = Output.object(file).put("recognized", match.result().isPresent());
    String text = "[RESULT] 未识别";
    if (match.best().isPresent()) {
      Gallery.Neighbour best = match.best().get();
      object
          .put("label", best.example().label())
          .put("similarity", best.similarity())
          .put("id", best.example().id());
      text =
          String.format(
              Locale.ROOT,
              match.result().isPresent()
                  ? "[RESULT] 识别结果: %s (相似度: %.2f，最近的样例: %d)"
                  : "[RESULT] 未识别（最接近: %s，相似度: %.2f，样例: %d）",
              Printable.line(best.example().label()),
              best.similarity(),
              best.example().id());
    }
    options.tell(object, processing(file) + text);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Finds the examples that are most like a picture, or a text.")
  int search(
      @Option(
              names = "--top",
              paramLabel = "K",
              defaultValue = "5",
              description = "So many (default: ${DEFAULT-VALUE}).")
          int top,
      @Option(
              names = "--text",
              paramLabel = "TEXT",
              description = "A text, of models that know texts. May be repeated.")
          @Nullable List<String> texts,
      @Parameters(arity = "0..*", paramLabel = PictureFiles.INPUTS) @Nullable List<Path> inputs,
      @Mixin GalleryOptions options) {
    if (texts == null && inputs == null) {
      throw new IllegalArgumentException("Say what to search for: pictures, or --text.");
    }
    List<LabelledPicture> pictures = inputs == null ? List.of() : LabelledPicture.of("", inputs);
    return options.read(
        gallery -> {
          for (String text : texts == null ? List.<String>of() : texts) {
            tell(
                Output.object().put("text", text),
                "[INFO] 正在处理文本: %s%n".formatted(Printable.line(text)),
                gallery.search(text, top),
                options);
          }
          return options.each(
              pictures,
              (it, picture) ->
                  tell(
                      Output.object(it.file()),
                      processing(it.file()),
                      gallery.search(picture, top),
                      options));
        });
  }

  private static void tell(
      ObjectNode object, String what, List<Gallery.Neighbour> nearest, GalleryOptions options) {
    ArrayNode results = object.putArray("results");
    StringBuilder text = new StringBuilder(what + "[RESULT] 最相似的样例:");
    for (Gallery.Neighbour found : nearest) {
      results.add(GalleryOptions.object(found.example()).put("similarity", found.similarity()));
      text.append(
          String.format(
              Locale.ROOT,
              "%n- %s (相似度: %.2f)",
              GalleryOptions.text(found.example()),
              found.similarity()));
    }
    options.tell(object, text.toString());
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Chooses the similarity below which nothing is recognised from the gallery's own examples.")
  int calibrate(@Mixin GalleryOptions options) {
    return options.change(
        gallery -> {
          Gallery.Calibration it = gallery.calibrate();
          options.tell(
              Output.object()
                  .put("threshold", it.threshold())
                  .put("recognized", it.recognized())
                  .put("refused", it.refused())
                  .put("examples", it.examples()),
              String.format(
                  Locale.ROOT,
                  "[INFO] 阈值: %.4f（%d 个样例留一检验: 已知的正确识别 %.1f%%，未知的拒绝 %.1f%%）",
                  it.threshold(),
                  it.examples(),
                  100 * it.recognized(),
                  100 * it.refused()));
          return Wwts.OK;
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Counts how pictures are recognised that lie in folders named by their labels; of labels that the gallery lacks, it ought to recognise none.")
  int evaluate(
      @Parameters(arity = "1..*", paramLabel = "FOLDER") List<Path> folders,
      @Mixin GalleryOptions options) {
    List<LabelledPicture> pictures = LabelledPicture.inFoldersOf(folders);
    return options.read(
        gallery -> {
          GalleryScore score = new GalleryScore(gallery.labels().keySet());
          int code =
              options.each(
                  pictures, (it, picture) -> score.add(it.label(), gallery.recognize(picture)));
          options.tell(score.json(), score.text());
          return code;
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Finds examples that are nearly the same, in groups.")
  int duplicates(
      @Option(
              names = "--threshold",
              paramLabel = "X",
              defaultValue = "0.95",
              description = "The least similarity, -1 to 1 (default: ${DEFAULT-VALUE}).")
          double threshold,
      @Mixin GalleryOptions options) {
    return options.read(
        gallery -> {
          for (List<Gallery.Example> group : gallery.duplicates(threshold)) {
            ObjectNode object = Output.object();
            ArrayNode examples = object.putArray("examples");
            StringBuilder text = new StringBuilder("[RESULT] 近似重复:");
            for (Gallery.Example it : group) {
              examples.add(GalleryOptions.object(it));
              text.append(System.lineSeparator()).append("- ").append(GalleryOptions.text(it));
            }
            options.tell(object, text.toString());
          }
          return Wwts.OK;
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Makes the gallery of another model from the files that its pictures were added from; the old one stays.")
  int rebuild(
      @Option(
              names = "--to",
              paramLabel = "DIR",
              required = true,
              description = "The new gallery's folder.")
          Path to,
      @Mixin GalleryOptions options) {
    return options.load(
        (recognizer, folder) -> {
          List<Gallery.Example> left =
              Gallery.rebuild(folder, to, recognizer, GalleryCommand::picture);
          left.forEach(
              it ->
                  options.tell(
                      GalleryOptions.object(it), "[WARN] 没有图片，未转入: " + GalleryOptions.text(it)));
          return left.isEmpty() ? Wwts.OK : Wwts.FAILED;
        });
  }

  private static Optional<Picture> picture(Gallery.Example example) {
    String file = example.metadata().getOrDefault(FILE, "");
    return file.isEmpty() ? Optional.empty() : Optional.of(Picture.of(FileNames.path(file)));
  }

  private static String processing(Path file) {
    return "[INFO] 正在处理图像: %s%n".formatted(Printable.line(FileNames.text(file)));
  }
}
