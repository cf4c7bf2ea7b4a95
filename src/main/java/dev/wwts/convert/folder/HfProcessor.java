package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code preprocessor_config.json} of transformers as the manifest's {@code input}: what
 * models/exporters/processor.py makes of the processor itself, or a refusal of the setting that a
 * model file can't carry.
 */
final class HfProcessor {
  /** From this size on ConvNext's processor squeezes the picture, below it crops. */
  private static final int CONVNEXT_SQUEEZES = 384;

  private static final int PILLOWS_BILINEAR = 2;
  private static final int PILLOWS_BICUBIC = 3;
  private static final int SHOWN = 60;

  private final Path file;
  private final JsonNode given;
  private final JsonNode defaults;
  private final String type;

  HfProcessor(Path file, JsonNode given, KnownNetworks networks) {
    this.file = file;
    this.given = given;
    this.type =
        given
            .path("image_processor_type")
            .asText(given.path("feature_extractor_type").asText())
            .replaceFirst("(Fast|Pil)$", "")
            .replaceFirst("FeatureExtractor$", "ImageProcessor");
    this.defaults = networks.processor(type);
    if (defaults.isMissingNode()) {
      throw unsupported("its processor '%s' is not known here".formatted(shown(type)));
    }
  }

  /** A setting; missing or null where it is not set. */
  private JsonNode get(String field) {
    return given.has(field) ? given.path(field) : defaults.path(field);
  }

  Recipe recipe() {
    if (get("do_pad").asBoolean()) {
      throw unsupported("it pads pictures");
    }
    if (!get("do_resize").asBoolean()) {
      throw unsupported("it does not resize");
    }
    boolean isConvNext = type.startsWith("ConvNext");
    Map<String, Integer> size = sides("size", get("default_to_square").asBoolean(true));
    Resize resize = isConvNext ? convNext(size) : resize(size);
    int[] crop = isConvNext ? side(pixels(size, "shortest_edge")) : crop(resize);
    double factor = get("do_rescale").asBoolean() ? 255 * get("rescale_factor").asDouble() : 255;
    double offset = get("do_rescale").asBoolean() && get("rescale_offset").asBoolean(false) ? 1 : 0;
    if (factor == 0) {
      throw unsupported("its rescale_factor is 0");
    }
    return new Recipe(
        crop[0],
        crop[1],
        get("do_flip_channel_order").asBoolean(false) ? Recipe.Color.BGR : Recipe.Color.RGB,
        AlphaMode.DROP,
        true,
        resize,
        interpolation(),
        CropRounding.FLOOR,
        numbers("image_mean", 0, offset, factor),
        numbers("image_std", 1, 0, factor));
  }

  private Interpolation interpolation() {
    return switch (get("resample").asInt(PILLOWS_BILINEAR)) {
      case PILLOWS_BILINEAR -> Interpolation.BILINEAR;
      case PILLOWS_BICUBIC -> Interpolation.BICUBIC;
      default -> throw unsupported("it resizes with Pillow's filter " + get("resample").asInt());
    };
  }

  private Resize resize(Map<String, Integer> size) {
    if (get("crop_pct").asDouble(0) != 0) {
      throw unsupported("it scales the crop");
    }
    if (size.keySet().equals(Set.of("shortest_edge"))) {
      if (!get("do_center_crop").asBoolean(false)) {
        throw unsupported("it keeps the aspect ratio and does not crop");
      }
      return new Resize.ShorterSide(pixels(size, "shortest_edge"));
    }
    if (size.keySet().equals(Set.of("height", "width"))) {
      return new Resize.Exact(pixels(size, "width"), pixels(size, "height"));
    }
    throw unsupported("its size is " + shown(size.toString()));
  }

  private int[] crop(Resize resize) {
    if (!get("do_center_crop").asBoolean(false) && resize instanceof Resize.Exact exact) {
      return new int[] {exact.width(), exact.height()};
    }
    Map<String, Integer> crop = sides("crop_size", true);
    if (!crop.keySet().equals(Set.of("height", "width"))) {
      throw unsupported("its crop_size is " + shown(crop.toString()));
    }
    return new int[] {pixels(crop, "width"), pixels(crop, "height")};
  }

  /** Below 384 the shorter side becomes size / crop_pct and is cropped. */
  private Resize convNext(Map<String, Integer> size) {
    if (!size.keySet().equals(Set.of("shortest_edge")) || get("do_center_crop").asBoolean(false)) {
      throw unsupported("its size is " + shown(size.toString()));
    }
    int side = pixels(size, "shortest_edge");
    return side >= CONVNEXT_SQUEEZES
        ? new Resize.Exact(side, side)
        : new Resize.ShorterSide((int) (side / get("crop_pct").asDouble()));
  }

  private static int pixels(Map<String, Integer> size, String side) {
    return size.getOrDefault(side, 0);
  }

  private static int[] side(int pixels) {
    return new int[] {pixels, pixels};
  }

  /** A size as transformers reads it: a number, two of them, or named ones. */
  private Map<String, Integer> sides(String field, boolean isSquare) {
    JsonNode node = get(field);
    Map<String, Integer> sides = new LinkedHashMap<>();
    if (node.isInt() && isSquare) {
      sides.put("height", node.asInt());
      sides.put("width", node.asInt());
    } else if (node.isInt()) {
      sides.put("shortest_edge", node.asInt());
    } else if (node.isArray() && node.size() == 2) {
      sides.put("height", node.path(0).asInt());
      sides.put("width", node.path(1).asInt());
    } else {
      for (Map.Entry<String, JsonNode> side : node.properties()) {
        if (!side.getValue().isNull()) {
          sides.put(side.getKey(), side.getValue().asInt());
        }
      }
    }
    if (sides.values().stream().anyMatch(pixels -> pixels < 1)) {
      throw unsupported("its " + field + " is " + shown(node.toString()));
    }
    return sides;
  }

  /** (pixel x factor - offset - mean) / std = (pixel / 255 - m) / s, solved for m and s. */
  private List<Float> numbers(String field, double unset, double offset, double factor) {
    JsonNode node = get(field);
    List<Float> numbers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      JsonNode number = node.isArray() ? node.path(i) : node;
      double value = get("do_normalize").asBoolean() ? number.asDouble(Double.NaN) : unset;
      if (Double.isNaN(value) || (node.isArray() && node.size() != 3)) {
        throw unsupported("its %s is %s".formatted(field, shown(node.toString())));
      }
      numbers.add((float) ((value + offset) / factor));
    }
    return numbers;
  }

  private static String shown(String text) {
    return Printable.line(text, SHOWN);
  }

  private ModelException unsupported(String fault) {
    return new ModelException(
        Reason.UNSUPPORTED,
        "%s: %s, which is not read: export it in Python with models/export.py hf."
            .formatted(file, fault));
  }
}
