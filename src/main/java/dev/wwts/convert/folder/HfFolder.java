package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.KnownNetworks.KnownNetwork;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A {@code config.json} of an image classifier of transformers, with {@code
 * preprocessor_config.json} beside it (models/exporters/hf_family.py).
 */
final class HfFolder {
  private static final String PROCESSOR = "preprocessor_config.json";
  private static final String CLASSIFIER = "ForImageClassification";
  private static final int SHOWN = 60;

  private final Path file;
  private final JsonNode config;
  private final KnownNetworks networks = KnownNetworks.read();
  private final Configuration configuration;

  HfFolder(Path file, JsonNode config) {
    this.file = file;
    this.config = config;
    this.configuration =
        new Configuration(file, config, networks.defaults(config.path("model_type").asText()));
  }

  FolderModel read(Path weights) {
    String type = config.path("model_type").asText();
    List<KnownNetwork> known = networks.of("hf", type);
    if (known.isEmpty()) {
      throw configuration.unsupported(
          "its model_type %s is not one of those known here".formatted(shown(type)));
    }
    requireClassifier();
    Path folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
    Path settings = file.resolveSibling(PROCESSOR);
    Recipe recipe = new HfProcessor(settings, Json.read(settings), networks).recipe();
    KnownNetwork network = configuration.among(known);
    if (!network.takes(recipe.width(), recipe.height())) {
      throw configuration.unsupported(
          "its network is known for pictures of %d pixels a side, not of %d x %d"
              .formatted(network.side(), recipe.width(), recipe.height()));
    }
    boolean isOfSeveral = config.path("problem_type").asText().equals("multi_label_classification");
    return new FolderModel(
        Objects.toString(folder.getFileName(), type),
        "hf",
        network.name(),
        false,
        weights,
        ImageNetLabels.inChinese(labels()),
        recipe,
        isOfSeveral ? "sigmoid" : "softmax");
  }

  private void requireClassifier() {
    List<JsonNode> classes = Json.list(config.path("architectures"));
    if (!classes.isEmpty()
        && classes.stream().noneMatch(name -> name.asText().endsWith(CLASSIFIER))) {
      throw configuration.unsupported(
          "it is %s, no image classifier".formatted(shown(classes.get(0).asText())));
    }
  }

  private List<String> labels() {
    JsonNode names = config.path("id2label");
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      JsonNode name = names.path(Integer.toString(i));
      if (!name.isTextual()) {
        throw new ModelException(
            Reason.BAD_LABELS,
            "%s: its id2label does not name the class %d: give labels.".formatted(file, i));
      }
      labels.add(name.asText());
    }
    return labels;
  }

  private static String shown(String text) {
    return Printable.line(text, SHOWN);
  }
}
