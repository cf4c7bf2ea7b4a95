package dev.wwts.internal.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.Manifest.DType;
import dev.wwts.internal.model.Manifest.Embedding;
import dev.wwts.internal.model.Manifest.Output;
import dev.wwts.internal.model.Manifest.SelfTestEntries;
import dev.wwts.internal.model.Manifest.Size;
import dev.wwts.internal.model.Manifest.TextEntries;
import dev.wwts.internal.model.Recipe.Color;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Reads {@code wwts.json}, field by field, so that every error names its field. */
public final class ManifestReader {
  private static final int MAX_SIDE = 4096;
  private static final int MAX_BATCH = 4096;
  private static final int MAX_CLASSES = 10_000_000;
  private static final int MAX_EMBEDDING = 65_536;
  private static final Pattern FEATURE = Pattern.compile("[a-z0-9_]{1,24}");
  private static final JsonMapper JSON = StrictJson.mapper(32);

  private final String file;

  private ManifestReader(String file) {
    this.file = file;
  }

  /**
   * The manifest in those UTF-8 bytes.
   *
   * @param file what messages call it
   * @throws ModelException if it is none, or says what can't be
   */
  public static Manifest read(byte[] json, String file) {
    return new ManifestReader(file).manifest(parse(json, file));
  }

  private static JsonNode parse(byte[] json, String file) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return JSON.readTree(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      throw new ModelException(Reason.BAD_MANIFEST, file + ": the manifest is not UTF-8.", e);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
      throw new ModelException(
          Reason.BAD_MANIFEST,
          "%s: the manifest is not JSON%s: %s."
              .formatted(file, where, Printable.line(e.getOriginalMessage(), 100)),
          e);
    }
  }

  private Manifest manifest(JsonNode node) {
    Fields root = new Fields(file, "", node);
    int format = root.integer("format", 1, Integer.MAX_VALUE);
    if (format > Manifest.FORMAT) {
      throw new ModelException(
          Reason.NEWER_FORMAT,
          "%s: the manifest has format %d, this version reads up to %d: update wwts or export again."
              .formatted(file, format, Manifest.FORMAT));
    }
    String name = root.text("name", 100);
    if (!Printable.isVisible(name)) {
      throw root.bad("name", "must have 1 to 100 characters");
    }
    Optional<Embedding> embedding =
        format >= Manifest.WITH_EMBEDDING && root.has("embedding")
            ? Optional.of(embedding(root.object("embedding")))
            : Optional.empty();
    Optional<TextManifest> text =
        embedding.isPresent() && root.has("text")
            ? Optional.of(TextManifest.read(root.object("text")))
            : Optional.empty();
    return new Manifest(
        name,
        root.text("family", 100),
        root.choice("size", Size.class),
        root.textOr("version", ""),
        root.textOr("source", ""),
        root.textOr("license", ""),
        root.textOr("attribution", ""),
        root.booleanOr("trained", true),
        root.choice("dtype", DType.class),
        recipe(root.object("input")),
        output(root.object("output"), text.isPresent() ? 0 : 1, format >= Manifest.WITH_TAGS),
        embedding,
        text,
        root.has("selftest")
            ? Optional.of(
                selfTest(root.object("selftest"), embedding.isPresent(), text.isPresent()))
            : Optional.empty(),
        root.has("compiled") ? Optional.of(target(root.object("compiled"))) : Optional.empty());
  }

  private static Recipe recipe(Fields input) {
    int width = input.integer("width", 1, MAX_SIDE);
    int height = input.integer("height", 1, MAX_SIDE);
    if (!input.bool("antialias")) {
      throw input.bad("antialias", "must be true");
    }
    input.choice("crop", Crop.class);
    String orientation = input.text("orientation", 100);
    if (!orientation.equals("exif") && !orientation.equals("ignore")) {
      throw input.bad("orientation", "must be exif or ignore");
    }
    Resize resize = resize(input.object("resize"), width, height);
    return new Recipe(
        width,
        height,
        input.choice("color", Color.class),
        input.choice("alpha", AlphaMode.class),
        orientation.equals("exif"),
        resize,
        input.choice("interpolation", Interpolation.class),
        input.choice("crop_rounding", CropRounding.class),
        channels(input, "mean", false),
        channels(input, "std", true));
  }

  private enum Crop {
    CENTER
  }

  private static Resize resize(Fields resize, int width, int height) {
    String rule = resize.text("rule", 100);
    switch (rule) {
      case "shorter-side" -> {
        int size = resize.integer("size", 1, MAX_SIDE);
        if (size < width || size < height) {
          throw resize.bad("size", "must not be smaller than input.width and input.height");
        }
        return new Resize.ShorterSide(size);
      }
      case "exact" -> {
        int toWidth = resize.integer("width", 1, MAX_SIDE);
        int toHeight = resize.integer("height", 1, MAX_SIDE);
        if (toWidth < width || toHeight < height) {
          throw resize.bad("width", "and height must not be smaller than what the network sees");
        }
        return new Resize.Exact(toWidth, toHeight);
      }
      default -> throw resize.bad("rule", "must be shorter-side or exact");
    }
  }

  private static List<Float> channels(Fields input, String field, boolean positive) {
    List<Float> values = new ArrayList<>();
    for (double value : input.numbers(field)) {
      if (!Float.isFinite((float) value) || (positive && (float) value <= 0)) {
        throw input.bad(field, positive ? "must be above 0" : "must be finite");
      }
      values.add((float) value);
    }
    if (values.size() != 3) {
      throw input.bad(field, "must be 3 numbers");
    }
    return values;
  }

  private static Output output(Fields output, int leastClasses, boolean withTags) {
    Output read =
        new Output(
            output.integer("classes", leastClasses, MAX_CLASSES),
            output.choice("activation", Activation.class),
            output.numberOr("threshold", 0, 0, 1),
            withTags ? output.entry("thresholds") : Optional.empty(),
            withTags ? output.entry("roots") : Optional.empty());
    if (read.thresholds().isPresent() && read.threshold() > 0) {
      throw output.bad("threshold", "must be 0 where classes have thresholds of their own");
    }
    return read;
  }

  private enum Numbers {
    FLOAT32
  }

  private static Embedding embedding(Fields embedding) {
    embedding.choice("dtype", Numbers.class);
    return new Embedding(
        embedding.integer("length", 1, MAX_EMBEDDING),
        embedding.textOr("meaning", ""),
        embedding.bool("normalised"));
  }

  private static SelfTestEntries selfTest(Fields selfTest, boolean hasEmbedding, boolean hasText) {
    List<String> pictures = selfTest.texts("pictures");
    if (pictures.isEmpty() || pictures.size() > 100) {
      throw selfTest.bad("pictures", "must be 1 to 100 entries");
    }
    OptionalDouble tolerance =
        selfTest.has("tolerance")
            ? OptionalDouble.of(selfTest.numberOr("tolerance", 1, 1e-9, 1))
            : OptionalDouble.empty();
    return new SelfTestEntries(
        pictures,
        selfTest.text("logits", 100),
        hasEmbedding ? selfTest.text("embeddings", 100) : "",
        hasText ? Optional.of(texts(selfTest)) : Optional.empty(),
        selfTest.textOr("reference", ""),
        tolerance);
  }

  private static TextEntries texts(Fields selfTest) {
    List<String> texts = selfTest.texts("texts");
    if (texts.isEmpty() || texts.size() > 100) {
      throw selfTest.bad("texts", "must be 1 to 100 texts");
    }
    return new TextEntries(
        texts, selfTest.text("text_embeddings", 100), selfTest.text("scores", 100));
  }

  private enum Compiled {
    CPU,
    CUDA
  }

  private static Target target(Fields compiled) {
    boolean onCard = compiled.choice("device", Compiled.class) == Compiled.CUDA;
    Fields batch = compiled.object("batch");
    int least = batch.integer("min", 1, MAX_BATCH);
    String capability = onCard ? compiled.text("capability", 10) : "";
    List<String> features = compiled.texts("cpu_features");
    if (features.isEmpty()
        || features.size() > 100
        || !features.stream().allMatch(it -> FEATURE.matcher(it).matches())) {
      throw compiled.bad("cpu_features", "must be 1 to 100 names such as avx2");
    }
    return new Target(
        compiled.text("torch", 20),
        compiled.text("platform", 20),
        onCard ? Device.Kind.CUDA : Device.Kind.CPU,
        capability,
        features,
        least,
        batch.integer("max", least, MAX_BATCH));
  }
}
