package dev.wwts.cli;

import dev.wwts.Recognizer;
import dev.wwts.Verification;
import dev.wwts.internal.text.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts verify}: proof that Java answers as Python did. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Replays a model's self-test and holds the answers against those that Python gave at export.")
final class Verify implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "M.pt|NAME", description = "The model file, or a pulled model's name.")
  private Path model = Path.of("");

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Integer call() {
    try (Recognizer recognizer = options.builder(options.model(model)).load()) {
      return replay(recognizer, spec.commandLine().getOut()) ? Wwts.OK : Wwts.FAILED;
    }
  }

  /** Replays a model's self-test, prints what came, and says whether it passed. */
  static boolean replay(Recognizer recognizer, PrintWriter out) {
    Verification result = recognizer.verify();
    out.printf(
        Locale.ROOT,
        "model                           %s (%s %s)%n",
        Printable.line(recognizer.model().name()),
        recognizer.model().device(),
        recognizer.model().precision());
    out.printf("reference                       %s%n", Printable.line(result.reference()));
    out.printf(
        "top-1 as the reference          %d of %d (of %d pictures, those with a clear best)%n",
        result.agreeing(), result.clear(), result.pictures());
    out.printf(
        Locale.ROOT,
        "largest logit difference        %.2e of the largest (allowed: %.1e)%n",
        result.logitDifference(),
        result.logitTolerance());
    out.printf(
        Locale.ROOT,
        "largest probability difference  %.2e (allowed: %.2f)%n",
        result.probabilityDifference(),
        result.probabilityTolerance());
    if (recognizer.model().embedding() > 0) {
      out.printf(
          Locale.ROOT,
          "least cosine of embeddings      %.6f (allowed: %.6f)%n",
          result.embeddingCosine(),
          result.embeddingTolerance());
    }
    if (recognizer.model().texts()) {
      out.printf(
          Locale.ROOT,
          "largest difference of scores    %.2e (allowed: %.1e)%n",
          result.scoreDifference(),
          result.scoreTolerance());
    }
    out.println(result.passed() ? "PASS" : "FAIL");
    return result.passed();
  }
}
