package dev.wwts.cli;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.text.Printable;
import dev.wwts.pull.Catalogue;
import dev.wwts.pull.CatalogueEntry;
import dev.wwts.pull.Hub;
import dev.wwts.pull.HubModel;
import dev.wwts.pull.HubPuller;
import dev.wwts.pull.ModelFolder;
import dev.wwts.pull.Puller;
import dev.wwts.pull.Sources;
import dev.wwts.pull.Token;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts pull}: a model of the catalogue or a hub, fetched, checked, converted and tested. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    description =
        "Fetches a model of the catalogue or of a hub, holds it against its SHA-256, converts it and replays its self-test. The only command that opens a connection.",
    footer = {
      "",
      "A model of a hub is named as there: hf:OWNER/NAME, modelscope:OWNER/NAME, with @REVISION",
      "for another branch, tag or commit. HF_TOKEN may hold a token for Hugging Face's gated ones."
    })
final class Pull implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The model: one that --list names, hf:OWNER/NAME or modelscope:OWNER/NAME.")
  private @Nullable String name;

  @Option(names = "--list", description = "What can be fetched, and what is here.")
  private boolean list;

  @Option(
      names = "--from",
      paramLabel = "FOLDER|URL",
      description =
          "Take the file from this folder, or from this address of one, not from where the catalogue says.")
  private @Nullable String from;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "Fetch from this server, which has the same paths, in place of the catalogue's (https://raw.githubusercontent.com) or the hub's.")
  private @Nullable String mirror;

  @Mixin private WeightsOptions weights = new WeightsOptions();

  @Mixin private ModelNames names = new ModelNames();

  @Override
  public Integer call() {
    Catalogue catalogue = Catalogue.read();
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      list(catalogue, names.folder(), out);
      return Wwts.OK;
    }
    if (name != null && HubModel.isMeant(name)) {
      pull(HubModel.of(name), out);
    } else {
      pull(entry(catalogue), out);
    }
    return Wwts.OK;
  }

  private void pull(HubModel model, PrintWriter out) {
    ModelFolder folder = names.folder();
    boolean isNew;
    try (PullProgress progress = new PullProgress(model.toString(), out)) {
      isNew =
          HubPuller.into(folder, progress)
              .pull(model, terms(model), made -> SelfTests.require(made, out));
    }
    Path file = folder.file(model.fileName());
    tell(model.toString(), isNew, file, "", out);
    if (Bundle.describe(file).manifest().output().classes() == 0) {
      out.println("It knows texts: say what to look for with --labels-file FILE.");
    }
  }

  private HubPuller.Terms terms(HubModel model) {
    if (from != null) {
      throw new IllegalArgumentException(
          "--from is for models of the catalogue: wwts convert FOLDER takes a hub's files.");
    }
    String token = model.hub() == Hub.HUGGING_FACE ? System.getenv("HF_TOKEN") : null;
    return new HubPuller.Terms(
        Optional.ofNullable(mirror).map(Sources::address),
        weights.sha256(),
        new Token(token == null ? "" : token),
        weights.labels().orElse(List.of()));
  }

  private CatalogueEntry entry(Catalogue catalogue) {
    String known =
        catalogue.models().stream().map(CatalogueEntry::name).collect(Collectors.joining(", "));
    if (name == null) {
      throw new IllegalArgumentException("Which model? There are " + known + ".");
    }
    return catalogue
        .find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The catalogue has no model '%s': it has %s.".formatted(name, known)));
  }

  private void pull(CatalogueEntry entry, PrintWriter out) {
    ModelFolder folder = names.folder();
    boolean isNew;
    try (PullProgress progress = new PullProgress(entry.name(), out)) {
      isNew =
          Puller.into(folder, progress)
              .pull(entry, sources(), model -> SelfTests.require(model, out));
    }
    String what = ", %,d classes, %s".formatted(entry.shows().classes(), entry.license());
    tell(entry.name(), isNew, folder.file(entry.name()), what, out);
  }

  private static void tell(String name, boolean isNew, Path file, String what, PrintWriter out) {
    out.printf(
        "%s %s: %s%s%n",
        name, isNew ? "is ready" : "is here already", Printable.line(FileNames.text(file)), what);
    out.println("How it is used: wwts recognize --model " + name + " PICTURE");
  }

  private Sources sources() {
    if (weights.areGiven()) {
      throw new IllegalArgumentException(
          "--sha256 and --labels are for models of a hub: the catalogue has those of its own.");
    }
    if (from != null && mirror != null) {
      throw new IllegalArgumentException("Say --from or --mirror, not both.");
    }
    if (mirror != null) {
      return new Sources.Mirror(Sources.address(mirror));
    }
    if (from == null) {
      return new Sources.Catalogued();
    }
    Path folder = FileNames.path(from);
    return Files.isDirectory(folder)
        ? new Sources.Folder(folder)
        : new Sources.Base(Sources.address(from));
  }

  private static void list(Catalogue catalogue, ModelFolder folder, PrintWriter out) {
    for (CatalogueEntry entry : catalogue.models()) {
      out.printf(
          Locale.ROOT,
          "%-10s %-9s %,6d classes  %5.1f MB  %s  %s (%s)%n",
          entry.name(),
          state(folder.state(entry)),
          entry.shows().classes(),
          entry.file().bytes() / 1e6,
          entry.license(),
          entry.shows().zh(),
          entry.shows().en());
    }
    List<String> others = folder.names().stream().filter(HubModel::isFileName).toList();
    if (!others.isEmpty()) {
      out.println("Of hubs: " + String.join(", ", others));
    }
    out.println("The folder of models: " + Printable.line(FileNames.text(folder.folder())));
  }

  /** An outdated one answers as before until it is pulled again. */
  private static String state(ModelFolder.State state) {
    return switch (state) {
      case ABSENT -> "-";
      case CURRENT -> "here";
      case OUTDATED -> "outdated";
      case FOREIGN -> "not ours";
    };
  }
}
