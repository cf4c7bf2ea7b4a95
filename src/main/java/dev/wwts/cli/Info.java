package dev.wwts.cli;

import dev.wwts.Device;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Library;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Target;
import dev.wwts.internal.model.TextTower;
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

/** {@code wwts info}: what a model file says of itself. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Prints a model's manifest, sizes and SHA-256, without loading LibTorch.")
final class Info implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "M.pt|NAME", description = "The model file, or a pulled model's name.")
  private Path model = Path.of("");

  @Mixin private ModelNames names = new ModelNames();

  @Override
  public Integer call() {
    model = names.file(model);
    try (Bundle bundle = Bundle.read(model, null, true)) {
      print(bundle);
    }
    return Wwts.OK;
  }

  private void print(Bundle bundle) {
    Manifest manifest = bundle.manifest();
    Recipe input = manifest.input();
    line("file", FileNames.text(model));
    line("bytes", String.format(Locale.ROOT, "%,d", bundle.content().size()));
    line("sha256", bundle.content().sha256());
    line("name", manifest.name());
    line("family", manifest.family());
    line("size", lower(manifest.size()));
    line("version", manifest.version());
    line("source", manifest.source());
    line("license", manifest.license());
    line("attribution", manifest.attribution());
    line("trained", manifest.trained() ? "yes" : "no, random weights");
    line("weights", lower(manifest.dtype()));
    line("input", input.width() + " x " + input.height() + " " + input.color());
    line("resize", resize(input) + ", " + lower(input.interpolation()) + ", antialiased");
    line("crop", "center, " + lower(input.cropRounding()));
    line("mean, std", input.mean() + ", " + input.std());
    line("alpha", lower(input.alpha()));
    line("orientation", input.applyOrientation() ? "exif" : "ignored");
    line("classes", manifest.output().classes());
    line("activation", lower(manifest.output().activation()));
    boolean own = manifest.output().thresholds().isPresent();
    line("threshold", own ? "each class has its own" : manifest.output().threshold());
    line("embedding", manifest.embedding().map(Info::embedding).orElse(""));
    line("texts", bundle.text().map(Info::texts).orElse(""));
    bundle.library().map(Library::target).ifPresent(this::print);
    line(
        "self-test",
        bundle
            .selfTest()
            .map(test -> test.pictures().size() + " pictures, reference: " + test.reference())
            .orElse("none"));
    if (!bundle.card().isEmpty()) {
      spec.commandLine().getOut().print(System.lineSeparator() + bundle.card());
    }
  }

  private static String texts(TextTower tower) {
    return "%s's %,d pieces, %d of a text"
        .formatted(tower.about().tokenizer(), tower.words(), tower.about().length());
  }

  private static String embedding(Manifest.Embedding embedding) {
    return embedding.length()
        + " numbers"
        + (embedding.meaning().isEmpty() ? "" : ": " + embedding.meaning());
  }

  private void print(Target target) {
    boolean onCard = target.device() == Device.Kind.CUDA;
    line(
        "machine code",
        "by torch %s for %s%s, batches of %d to %d"
            .formatted(
                target.torch(),
                target.platform(),
                onCard ? ", compute capability " + target.capability() : "",
                target.leastBatch(),
                target.mostBatch()));
    line("needs", String.join(" ", target.cpuFeatures()));
  }

  private void line(String name, Object value) {
    PrintWriter out = spec.commandLine().getOut();
    String text = Printable.line(value.toString());
    if (!text.isEmpty()) {
      out.printf("%-12s %s%n", name, text);
    }
  }

  private static String resize(Recipe input) {
    if (input.resize() instanceof Recipe.Resize.ShorterSide rule) {
      return "shorter side to " + rule.size();
    }
    Recipe.Resize.Exact exact = (Recipe.Resize.Exact) input.resize();
    return "to " + exact.width() + " x " + exact.height();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
