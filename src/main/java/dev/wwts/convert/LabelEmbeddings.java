package dev.wwts.convert;

import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.folder.FolderModel.Towers;
import java.util.List;

/**
 * Labels as rows of a last layer: the embedding of a text about each, of length 1, times the
 * logits' scale (models/exporters/chinese_clip.py).
 */
final class LabelEmbeddings {
  /** What stands for a label is put in its middle. */
  private static final String PROMPT = "一张%s的图片";

  private LabelEmbeddings() {}

  /**
   * A row for each label.
   *
   * @throws dev.wwts.ModelException if the weights are of another text tower, or can't be run
   */
  static float[][] of(FolderModel model, Towers towers, List<String> labels) {
    try (FilledTextTower tower = new FilledTextTower(model, towers)) {
      float scale = (float) tower.scale();
      List<String> texts = labels.stream().map(PROMPT::formatted).toList();
      float[][] rows = tower.embeddings(texts).toArray(float[][]::new);
      for (float[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          row[i] *= scale;
        }
      }
      return rows;
    }
  }
}
