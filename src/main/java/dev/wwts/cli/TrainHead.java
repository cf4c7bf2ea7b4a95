package dev.wwts.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.ModelException;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.Verification;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.text.Printable;
import dev.wwts.train.Examples;
import dev.wwts.train.HeadFile;
import dev.wwts.train.HeadTrainer;
import dev.wwts.train.HeadTrainer.Trained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wwts train-head}: a model of one's own labels, from folders of pictures. */
@Command(
    name = "train-head",
    mixinStandardHelpOptions = true,
    description =
        "Trains a last layer of your own on a model's embeddings, and writes a model file with it.")
final class TrainHead implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "Folders whose folders are named by the labels of the pictures in them.")
  private List<Path> folders = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "MY.pt", description = "What to write.")
  private Path out = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "TEXT",
      description = "The new model's name; the file's, without its ending, if not given.")
  private @Nullable String name;

  @Option(
      names = "--held-out",
      paramLabel = "X",
      defaultValue = "0.2",
      description =
          "The part of each label's pictures that says when to stop, and how good it is (default: ${DEFAULT-VALUE}).")
  private double heldOut;

  @Option(
      names = "--balanced",
      description = "Each label counts the same, however many pictures it has.")
  private boolean balanced;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What is held out follows from it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--evaluate",
      paramLabel = "FOLDER",
      description = "Other pictures of the same labels, in folders likewise, to count it by.")
  private @Nullable Path evaluated;

  @Mixin private EmbeddingOptions model = new EmbeddingOptions();

  @Mixin private Output output = new Output();

  private int failed;

  @Override
  public Integer call() {
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException("--held-out is above 0 and below 1, not " + heldOut + ".");
    }
    List<LabelledPicture> pictures = LabelledPicture.inFoldersOf(folders);
    List<LabelledPicture> others =
        evaluated == null ? List.of() : LabelledPicture.inFoldersOf(List.of(evaluated));
    PictureFiles.requireOut(out, model.file()); // before an hour of pictures is looked at
    String called = called();
    output.say("[INFO] 加载模型中...");
    try (Bundle bundle = model.bundle()) {
      HeadFile.require(bundle);
      Examples examples;
      Examples judging;
      try (Recognizer recognizer = model.load()) {
        examples = embedded(pictures, recognizer);
        judging = others.isEmpty() ? examples : embedded(others, recognizer);
      }
      long start = System.nanoTime();
      Trained trained =
          HeadTrainer.train(examples, new HeadTrainer.Options(heldOut, balanced, seed));
      double seconds = (System.nanoTime() - start) / 1e9;
      ModelCard card = new ModelCard(called, bundle.manifest(), examples, trained);
      HeadFile.write(bundle, trained.head(), called, card.text(), out, TrainHead::requirePassed);
      tell(examples, trained, seconds, others.isEmpty() ? null : judging);
    }
    return failed == 0 ? Wwts.OK : Wwts.FAILED;
  }

  private Examples embedded(List<LabelledPicture> pictures, Recognizer recognizer) {
    List<EmbeddedPicture> embedded = EmbeddedPicture.of(pictures, recognizer, this::refused);
    return Examples.of(
        embedded.stream().map(it -> it.picture().label()).toList(),
        embedded.stream().map(EmbeddedPicture::embedding).toList());
  }

  private void refused(Path file, PictureException cause) {
    failed++;
    output.leftOut(file, cause);
  }

  private String called() {
    String called = name == null ? nameOf(out) : name;
    if (called.length() > 100 || !Printable.isVisible(called) || !Printable.isPlain(called)) {
      throw new IllegalArgumentException("--name has 1 to 100 characters on one line.");
    }
    return called;
  }

  private static String nameOf(Path file) {
    String text = FileNames.text(file.getFileName());
    return Printable.line(text.replaceFirst("[.][^.]*$", ""), 100);
  }

  private static void requirePassed(Path file) {
    try (Recognizer recognizer = Recognizer.builder(file).load()) {
      Verification verification = recognizer.verify();
      if (!verification.passed()) {
        throw new ModelException(
            ModelException.Reason.BAD_OUTPUT,
            "The new model does not pass its self-test (%s): report it with the model."
                .formatted(verification));
      }
    }
  }

  private void tell(
      Examples examples, Trained trained, double seconds, @Nullable Examples judging) {
    ObjectNode object =
        Output.object(out)
            .put("labels", examples.labels().size())
            .put("pictures", examples.size())
            .put("rounds", trained.rounds())
            .put("seconds", seconds)
            .put("heldOut", trained.heldOut())
            .put("top1", trained.accuracy())
            .put("nearest", trained.nearest());
    output.say(
        "[INFO] %d 类、%d 张图片，训练 %d 轮，耗时 %.1fs",
        examples.labels().size(), examples.size(), trained.rounds(), seconds);
    output.say(
        "[RESULT] 留出的 %d 张: top-1 %.1f%%（只看最近的样例: %.1f%%）",
        trained.heldOut(), 100 * trained.accuracy(), 100 * trained.nearest());
    if (judging != null) {
      double top1 = trained.head().accuracy(judging);
      object.putObject("evaluated").put("pictures", judging.size()).put("top1", top1);
      output.say("[RESULT] 另外的 %d 张: top-1 %.1f%%", judging.size(), 100 * top1);
    }
    output.say("[INFO] 自检通过，已写入 %s", Printable.line(FileNames.text(out)));
    if (output.isJson()) {
      output.out().println(JsonReport.line(object));
    }
  }
}
