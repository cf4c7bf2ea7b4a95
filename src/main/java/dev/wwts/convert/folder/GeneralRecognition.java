package dev.wwts.convert.folder;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.CropRounding;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * ModelScope's general recognition (万物识别): ResNeSt-101, whose pipeline's settings are in its code,
 * not in its folder; see models/exporters/general_recognition.py.
 */
final class GeneralRecognition {
  /** A line a class; its second column is the label. */
  static final String LABELS = "meta_info.txt";

  private static final int MOST_LABELS = 64 << 20;

  private static final Recipe RECIPE =
      new Recipe(
          224,
          224,
          Recipe.Color.RGB,
          AlphaMode.DROP,
          true,
          new Resize.ShorterSide(256),
          Interpolation.BILINEAR,
          CropRounding.HALF_EVEN,
          List.of(0.485f, 0.456f, 0.406f),
          List.of(0.229f, 0.224f, 0.225f));

  private GeneralRecognition() {}

  static FolderModel read(Path folder, Path weights) {
    return new FolderModel(
        "general-recognition",
        "general-recognition",
        "resnest101e",
        true,
        weights,
        labels(folder.resolve(LABELS)),
        RECIPE,
        "softmax");
  }

  private static List<String> labels(Path file) {
    String text = new String(Json.bytes(file, MOST_LABELS), StandardCharsets.UTF_8);
    List<String> labels = new ArrayList<>();
    for (String line : text.replaceFirst("^\uFEFF", "").lines().toList()) {
      String[] fields = line.split("\t", -1);
      if (fields.length < 2 || fields[1].isBlank()) {
        throw new ModelException(
            Reason.BAD_LABELS,
            "%s, line %d: no label in its second column.".formatted(file, labels.size() + 1));
      }
      labels.add(fields[1].strip());
    }
    return labels;
  }
}
