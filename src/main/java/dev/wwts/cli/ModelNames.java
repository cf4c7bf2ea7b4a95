package dev.wwts.cli;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.pull.Catalogue;
import dev.wwts.pull.HubModel;
import dev.wwts.pull.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Pulled models by their names, wherever a command takes a model file. */
final class ModelNames {
  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "The folder of pulled models; $WWTS_MODELS, else ~/.local/share/wwts/models if not given.")
  private @Nullable Path models;

  ModelFolder folder() {
    return ModelFolder.of(models);
  }

  /**
   * The file that is meant. A bare name means the pulled model first: as with the shell's commands,
   * what lies in a folder that one happens to stand in does not come before; {@code ./NAME} does.
   */
  Path file(Path given) {
    String text = FileNames.text(given);
    ModelFolder folder = folder();
    if (!ModelFolder.isName(text) || Files.isRegularFile(given)) {
      return folder.find(text).orElse(given);
    }
    return folder.find(text).orElseThrow(() -> absent(text, folder));
  }

  private static ModelException absent(String name, ModelFolder folder) {
    List<String> here = folder.names();
    return new ModelException(
        Reason.UNREADABLE,
        HubModel.isMeant(name) || Catalogue.read().find(name).isPresent()
            ? "The model " + name + " is not here yet: fetch it with wwts pull " + name + "."
            : "There is no file %s, and no model of that name in %s (%s): wwts pull --list names what can be fetched."
                .formatted(
                    name, folder.folder(), here.isEmpty() ? "none yet" : String.join(", ", here)));
  }
}
