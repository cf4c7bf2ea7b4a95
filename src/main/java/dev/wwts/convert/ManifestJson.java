package dev.wwts.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.tflite.TfliteNetwork.Codes;
import dev.wwts.convert.tflite.TfliteNetwork.QuantizedLayer;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.model.TextManifest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes {@code wwts.json} as models/FORMAT.md says. */
public final class ManifestJson {
  /** What embeddings of classifiers are (models/exporters/features.py). */
  static final String FEATURES = "features before the last layer";

  private static final long SMALL = 50_000_000;
  private static final long BASE = 250_000_000;
  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectNode root = JSON.createObjectNode();

  private ManifestJson() {}

  /** A manifest's as it is, but for another name, other classes in a softmax, and its self-test. */
  public static ManifestJson of(Manifest base, String name, int classes, SelfTestEntries test) {
    ManifestJson json = new ManifestJson();
    ObjectNode root = json.root;
    root.put("format", Manifest.FORMAT)
        .put("name", name)
        .put("family", base.family())
        .put("size", name(base.size()));
    json.text("version", base.version());
    json.text("source", base.source());
    json.text("license", base.license());
    json.text("attribution", base.attribution());
    root.put("trained", base.trained()).put("dtype", name(base.dtype()));
    json.input(base.input());
    json.output(classes);
    base.embedding().ifPresent(json::embedding);
    return json.selfTest(test);
  }

  /** What its network gives behind the logits. */
  ManifestJson embedding(Manifest.Embedding embedding) {
    root.put("format", Manifest.FORMAT)
        .putObject("embedding")
        .put("length", embedding.length())
        .put("dtype", "float32")
        .put("meaning", embedding.meaning())
        .put("normalised", embedding.normalised());
    return this;
  }

  /** Its text tower. */
  ManifestJson text(TextManifest text, TextManifest.Bert tokens) {
    root.putObject("text")
        .put("tokenizer", "bert")
        .put("network", text.network())
        .put("vocabulary", tokens.vocabulary())
        .put("length", text.length())
        .put("longest_word", tokens.longestWord())
        .put("logit_scale", text.scale());
    return this;
  }

  private void output(int classes) {
    root.putObject("output")
        .put("classes", classes)
        .put("activation", "softmax")
        .put("threshold", 0.0);
  }

  /** The manifest of a network of a family, in float32, that gives a softmax's logits. */
  ManifestJson(String name, int classes, Texts texts, String family, Recipe recipe) {
    root.put("format", 1).put("name", name).put("family", family).put("size", "small");
    text("version", texts.version());
    text("source", texts.source());
    text("license", texts.license());
    text("attribution", texts.attribution());
    root.put("trained", true).put("dtype", "float32");
    input(recipe);
    output(classes);
  }

  private void text(String field, String text) {
    if (!text.isEmpty()) {
      root.put(field, text);
    }
  }

  private void input(Recipe recipe) {
    ObjectNode input =
        root.putObject("input")
            .put("width", recipe.width())
            .put("height", recipe.height())
            .put("color", recipe.color().name())
            .put("alpha", name(recipe.alpha()))
            .put("orientation", recipe.applyOrientation() ? "exif" : "ignore");
    ObjectNode resize = input.putObject("resize");
    if (recipe.resize() instanceof Resize.Exact exact) {
      resize.put("rule", "exact").put("width", exact.width()).put("height", exact.height());
    } else {
      int size = ((Resize.ShorterSide) recipe.resize()).size();
      resize.put("rule", "shorter-side").put("size", size);
    }
    input
        .put("interpolation", name(recipe.interpolation()))
        .put("antialias", true)
        .put("crop", "center")
        .put("crop_rounding", name(recipe.cropRounding()));
    numbers(input.putArray("mean"), recipe.mean());
    numbers(input.putArray("std"), recipe.std());
  }

  private static String name(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void numbers(ArrayNode array, List<Float> values) {
    values.forEach(array::add);
  }

  /** Scales of a network that was quantised before, by the names of its weights. */
  ManifestJson quantization(Map<String, QuantizedLayer> layers) {
    if (!layers.isEmpty()) {
      ObjectNode node = root.putObject("quantization");
      layers.forEach(
          (name, layer) -> {
            ObjectNode each = node.putObject(name);
            codes(each.putArray("input"), layer.input());
            codes(each.putArray("output"), layer.output());
          });
    }
    return this;
  }

  private static void codes(ArrayNode array, Codes codes) {
    array.add(codes.scale()).add(codes.zero());
  }

  /** The class of its size, by its number of parameters, as the exporters have it. */
  ManifestJson size(long parameters) {
    root.put("size", parameters < SMALL ? "small" : parameters < BASE ? "base" : "large");
    return this;
  }

  /** How logits become confidences. */
  ManifestJson activation(String activation) {
    ((ObjectNode) root.path("output")).put("activation", activation);
    return this;
  }

  /** Its classes have thresholds of their own. */
  ManifestJson thresholds(String entry) {
    root.put("format", Manifest.FORMAT);
    ((ObjectNode) root.path("output")).put("thresholds", entry);
    return this;
  }

  /** The self-test's entries. */
  ManifestJson selfTest(SelfTestEntries test) {
    ObjectNode node = root.putObject("selftest");
    ArrayNode pictures = node.putArray("pictures");
    for (int i = 0; i < test.pictures().size(); i++) {
      pictures.add(SelfTestEntries.picture(i));
    }
    node.put("logits", SelfTestEntries.LOGITS)
        .put("reference", test.reference())
        .put("tolerance", test.tolerance());
    if (!test.embeddings().isEmpty()) {
      node.put("embeddings", SelfTestEntries.EMBEDDINGS);
    }
    test.texts()
        .ifPresent(
            asked -> {
              ArrayNode texts = node.putArray("texts");
              asked.texts().forEach(texts::add);
              node.put("text_embeddings", SelfTestEntries.OF_TEXTS)
                  .put("scores", SelfTestEntries.SCORES);
            });
    return this;
  }

  /** UTF-8. */
  public byte[] bytes() {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
      return (text + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values", e);
    }
  }
}
