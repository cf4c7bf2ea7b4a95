package dev.wwts.cli;

import dev.wwts.Labels;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.RecognizerBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wwts recognize}: pictures in, labels out. */
@Command(
    name = "recognize",
    mixinStandardHelpOptions = true,
    description = "Recognises pictures, and the pictures of folders.",
    footer = {
      "",
      "With --json each picture is one line on stdout, and nothing else is:",
      "  {\"file\":…,\"results\":[{\"index\":…,\"label\":…,\"confidence\":…}],\"millis\":{…}}",
      "  {\"file\":…,\"error\":{\"type\":…,\"message\":…}}",
      "Where the model gives tags, they are \"tags\":[…], like results.",
      "Where two models are asked, \"model\":… says whose results these are."
    })
final class Recognize implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = PictureFiles.INPUTS,
      description = PictureFiles.DESCRIPTION)
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description =
          "The model file, or a pulled model's name; if not given models/default.pt, and for photographs the pulled photos.")
  private @Nullable Path model;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "Classes per picture (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--min-confidence",
      paramLabel = "X",
      defaultValue = "0",
      description = "Leave out classes below it, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double minConfidence;

  @Option(
      names = "--threshold",
      paramLabel = "X",
      description =
          "A picture whose best confidence is below it is not recognised, 0 to 1; the model's own if not given.")
  private @Nullable Double threshold;

  @Mixin private Output output = new Output();

  @Mixin private LabelOptions given = new LabelOptions();

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Integer call() {
    Supplier<AskedModels> asked = models();
    Report report =
        output.isJson()
            ? new JsonReport(output)
            : new TextReport(output, model == null && options.lacksPhotos());
    List<Path> pictures = new ArrayList<>();
    boolean folder = false;
    int failed = 0;
    for (Path input : inputs) {
      folder |= Files.isDirectory(input);
      try {
        pictures.addAll(PictureFiles.expand(input));
      } catch (PictureException e) {
        failed++;
        report.refused(input, e);
      }
    }
    if (pictures.isEmpty()) {
      return nothing(failed);
    }
    report.loading();
    long start = System.nanoTime();
    try (AskedModels models = asked.get()) {
      long nanos = System.nanoTime() - start;
      models.infos().forEach(info -> report.loaded(info, nanos));
      failed +=
          folder
              ? withProgress(models, pictures, report)
              : recognize(models, pictures, report, () -> {});
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  private int nothing(int failed) {
    if (failed == 0) {
      throw new IllegalArgumentException(
          "There are no pictures in " + FileNames.text(inputs.get(0)) + ".");
    }
    return Wwts.FAILED;
  }

  /** Refuses at once what can't be asked for. */
  private Supplier<AskedModels> models() {
    AskedModels.Shown shown = new AskedModels.Shown(top, minConfidence, threshold);
    Path file = options.model(model);
    RecognizerBuilder only = shown.of(options.builder(file));
    Optional<Labels> labels = given.labels();
    Optional<Path> photos = model == null && labels.isEmpty() ? options.photos() : Optional.empty();
    return () ->
        photos.isPresent()
            ? AskedModels.load(file, photos.get(), options::builder, shown)
            : AskedModels.load(only, shown, labels.orElse(null));
  }

  private static int withProgress(AskedModels models, List<Path> pictures, Report report) {
    try (ProgressBar bar = PictureFiles.progress(pictures.size())) {
      return recognize(models, pictures, report, bar::step);
    }
  }

  /** How many failed. */
  private static int recognize(
      AskedModels models, List<Path> pictures, Report report, Runnable step) {
    int failed = 0;
    for (Path picture : pictures) {
      try {
        AskedModels.Reply reply = models.ask(Picture.of(picture));
        report.recognized(picture, reply.model(), reply.answer());
      } catch (PictureException e) {
        failed++;
        report.refused(picture, e);
      }
      step.run();
      Console.requireLog();
    }
    return failed;
  }
}
