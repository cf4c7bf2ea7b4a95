package dev.wwts.cli;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.Conversion;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts convert}: a model file of what was downloaded from a hub. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description =
        "Makes a model file of a folder that was downloaded from a hub (config.json, preprocessor_config.json, model.safetensors), without Python, and replays its self-test.")
final class Convert implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FOLDER|FILE",
      description = "The folder, or its weights where it holds several.")
  private Path given = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "M.pt",
      description = "The model file; if not given, the folder's name and .pt, here.")
  private @Nullable Path out;

  @Option(names = "--name", paramLabel = "TEXT", description = "Its name, shown to people.")
  private @Nullable String name;

  @Mixin private WeightsOptions weights = new WeightsOptions();

  @Override
  public Integer call() {
    PrintWriter screen = spec.commandLine().getOut();
    Path target = target();
    Conversion conversion = conversion();
    conversion.remark().ifPresent(remark -> screen.println(Printable.line(remark)));
    Path made = target.resolveSibling("." + target.getFileName() + ".new");
    try {
      conversion.write(made);
      SelfTests.require(made, screen);
      Files.move(made, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(target, e);
    } finally {
      remove(made);
    }
    screen.println(Printable.line(FileNames.text(target)) + " is ready.");
    return Wwts.OK;
  }

  private Conversion conversion() {
    Conversion conversion = Conversion.of(given);
    String digest = conversion.sha256();
    requirePinned(conversion.weights(), digest);
    String source = "%s (SHA-256 %s)".formatted(conversion.weights().getFileName(), digest);
    conversion = conversion.describedBy(new Texts("", Printable.line(source), "", ""));
    if (name != null) {
      conversion = conversion.named(name);
    }
    Optional<List<String>> labels = weights.labels();
    return labels.isPresent() ? conversion.labelled(labels.get()) : conversion;
  }

  private Path target() {
    if (out != null) {
      return out;
    }
    Path folder = given.toAbsolutePath().normalize();
    Path target = Path.of(Optional.ofNullable(folder.getFileName()).orElse(folder) + ".pt");
    if (Files.exists(target)) {
      throw new IllegalArgumentException(
          "%s exists: say --out to name another or to replace it.".formatted(target));
    }
    return target;
  }

  private void requirePinned(Path file, String digest) {
    Optional<String> pin = weights.sha256();
    if (pin.isPresent() && !pin.get().equals(digest)) {
      throw new ModelException(
          Reason.WRONG_SHA256,
          "%s has SHA-256 %s, not %s: it is not the file that was pinned."
              .formatted(file, digest, pin.get()));
    }
  }

  private static void remove(Path made) {
    try {
      Files.deleteIfExists(made);
    } catch (IOException e) {
      throw unwritable(made, e);
    }
  }

  private static ModelException unwritable(Path file, IOException e) {
    return new ModelException(
        Reason.UNREADABLE, file + " can't be written: " + e.getMessage() + ".", e);
  }
}
