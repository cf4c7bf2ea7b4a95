package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.KnownNetworks.KnownNetwork;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code config.json} of timm: architecture, arguments, and {@code pretrained_cfg}, which timm's
 * evaluation transform follows (models/exporters/timm_family.py).
 */
final class TimmFolder {
  private static final int SHOWN = 60;
  private static final int USUAL_CLASSES = 1000;
  private static final int USUAL_SIDE = 224;
  private static final double USUAL_CROP = 0.875;
  private static final List<Float> USUAL_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> USUAL_STD = List.of(0.229f, 0.224f, 0.225f);

  /** Arguments that say what the weights' shapes say as well. */
  private static final Set<String> SHOWN_BY_SHAPES = Set.of("num_classes", "in_chans");

  private final Path file;
  private final JsonNode config;
  private final JsonNode pretrained;

  TimmFolder(Path file, JsonNode config) {
    this.file = file;
    this.config = config;
    this.pretrained = config.has("pretrained_cfg") ? config.path("pretrained_cfg") : config;
  }

  FolderModel read(Path weights) {
    String architecture = config.path("architecture").asText();
    List<KnownNetwork> known = KnownNetworks.read().of("timm", architecture);
    if (known.isEmpty()) {
      throw unsupported("timm's " + shown(architecture) + " is not one of the networks known here");
    }
    Recipe recipe = recipe();
    KnownNetwork network =
        known.stream()
            .filter(it -> hasArguments(it.settings()))
            .findFirst()
            .orElseThrow(
                () ->
                    unsupported(
                        "timm's %s is not known with model_args %s"
                            .formatted(
                                shown(architecture), shown(config.path("model_args").toString()))));
    if (!network.takes(recipe.width(), recipe.height())) {
      throw unsupported(
          "timm's %s is known for pictures of %d pixels a side, not of %d x %d"
              .formatted(shown(architecture), network.side(), recipe.width(), recipe.height()));
    }
    return new FolderModel(
        architecture, "timm", network.name(), true, weights, labels(), recipe, "softmax");
  }

  private boolean hasArguments(JsonNode wanted) {
    int known = 0;
    for (Map.Entry<String, JsonNode> given : config.path("model_args").properties()) {
      if (wanted.has(given.getKey())) {
        known++;
        if (!Json.same(wanted.path(given.getKey()), given.getValue())) {
          return false;
        }
      } else if (!SHOWN_BY_SHAPES.contains(given.getKey()) && !Json.isNothing(given.getValue())) {
        return false;
      }
    }
    return known == wanted.size();
  }

  private Recipe recipe() {
    JsonNode size = pretrained.path("input_size");
    int height = size.isArray() ? size.path(1).asInt() : USUAL_SIDE;
    int width = size.isArray() ? size.path(2).asInt() : USUAL_SIDE;
    if (width < 1 || height < 1 || (size.isArray() && size.path(0).asInt() != 3)) {
      throw unsupported("its input_size is " + shown(size.toString()));
    }
    return new Recipe(
        width,
        height,
        Recipe.Color.RGB,
        AlphaMode.DROP,
        true,
        resize(width, height),
        interpolation(),
        CropRounding.HALF_EVEN,
        numbers("mean", USUAL_MEAN),
        numbers("std", USUAL_STD));
  }

  private Interpolation interpolation() {
    return switch (text("interpolation", "bicubic")) {
      case "bilinear" -> Interpolation.BILINEAR;
      case "bicubic" -> Interpolation.BICUBIC;
      default -> throw unsupported("it resizes with " + shown(text("interpolation", "")));
    };
  }

  /** The crop is {@code crop_pct} of the resized picture. */
  private Resize resize(int width, int height) {
    double kept = pretrained.path("crop_pct").asDouble(USUAL_CROP);
    String mode = text("crop_mode", "center");
    if (!(kept > 0)) {
      throw unsupported("its crop_pct is " + kept);
    }
    if (mode.equals("squash")) {
      return new Resize.Exact((int) (width / kept), (int) (height / kept));
    }
    if (!mode.equals("center") || width != height) {
      throw unsupported("it crops in the mode %s at %d x %d".formatted(shown(mode), width, height));
    }
    return new Resize.ShorterSide((int) (width / kept));
  }

  private String text(String field, String usual) {
    JsonNode node = pretrained.path(field);
    return node.isTextual() ? node.asText() : usual;
  }

  private List<Float> numbers(String field, List<Float> usual) {
    List<JsonNode> list = Json.list(pretrained.path(field));
    if (list.isEmpty()) {
      return usual;
    }
    if (list.size() != 3 || !list.stream().allMatch(JsonNode::isNumber)) {
      throw unsupported("its " + field + " is not three numbers");
    }
    return list.stream().map(JsonNode::floatValue).toList();
  }

  /** Names of classes, with what describes them where timm gives both; ImageNet's where none. */
  private List<String> labels() {
    JsonNode names = config.has("label_names") ? config : pretrained;
    List<JsonNode> given = Json.list(names.path("label_names"));
    if (given.isEmpty()) {
      int classes = config.path("num_classes").asInt(USUAL_CLASSES);
      return classes == USUAL_CLASSES ? ImageNetLabels.all() : List.of();
    }
    JsonNode descriptions = names.path("label_descriptions");
    List<String> labels = new ArrayList<>();
    for (JsonNode name : given) {
      labels.add(descriptions.path(name.asText()).asText(name.asText()));
    }
    return ImageNetLabels.inChinese(labels);
  }

  private static String shown(String text) {
    return Printable.line(text, SHOWN);
  }

  private ModelException unsupported(String fault) {
    return new ModelException(
        Reason.UNSUPPORTED,
        "%s: %s: export it in Python with models/export.py timm.".formatted(file, fault));
  }
}
