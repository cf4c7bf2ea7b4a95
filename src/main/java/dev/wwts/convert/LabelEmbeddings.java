package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.folder.FolderModel.TextTower;
import dev.wwts.convert.weights.Fitting;
import dev.wwts.internal.tokenizer.BertTokenizer;
import dev.wwts.internal.tokenizer.Vocabulary;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Labels as rows of a last layer: the embedding of a text about each, of length 1, times the
 * logits' scale (models/exporters/chinese_clip.py).
 */
final class LabelEmbeddings {
  /** What stands for a label is put in its middle. */
  private static final String PROMPT = "一张%s的图片";

  private static final int TOKENS = 52;
  private static final String SCALE = "logit_scale";

  /** As torch's normalize has it. */
  private static final double LEAST_LENGTH = 1e-12;

  private LabelEmbeddings() {}

  /**
   * A row for each label.
   *
   * @throws ModelException if the weights are of another text tower, or can't be run
   */
  static float[][] of(FolderModel model, TextTower tower, List<String> labels) {
    LibTorch.load();
    BertTokenizer tokenizer = tokenizer(model, tower);
    try (Fitting fitting = tower.skeleton().fit(model.weights(), false)) {
      double scale = Math.exp(fitting.number(SCALE));
      Path file = Files.createTempFile("wwts-", ".pt");
      try {
        fitting.write(Map.of(), FilledNetwork::bicubic, file);
        return LoadThread.call(() -> rows(file, tokenizer, labels, (float) scale));
      } catch (RuntimeException e) {
        // such as words that the tower has no row for
        throw new ModelException(
            Reason.LOAD_FAILED,
            "%s: its text tower can't be run on the labels: %s."
                .formatted(model.weights(), NativeErrors.firstWords(e)),
            e);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new ModelException(
          Reason.UNREADABLE,
          model.weights() + " can't be filled into its text tower: " + e.getMessage() + ".",
          e);
    }
  }

  private static BertTokenizer tokenizer(FolderModel model, TextTower tower) {
    try {
      return new BertTokenizer(
          Vocabulary.of(tower.vocabulary()), BertTokenizer.LONGEST_WORD_OF_CHINESE_CLIP);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          Reason.CORRUPT, "%s: %s".formatted(model.weights(), e.getMessage()), e);
    }
  }

  private static float[][] rows(
      Path file, BertTokenizer tokenizer, List<String> labels, float scale) {
    JitModule module = torch.load(new BytePointer(ModelWriter.name(file)));
    module.eval();
    float[][] rows = new float[labels.size()][];
    for (int i = 0; i < rows.length; i++) {
      String text = PROMPT.formatted(labels.get(i));
      int[] ids = Arrays.copyOf(tokenizer.ids(text, TOKENS), TOKENS);
      rows[i] = NativeScope.inference(() -> row(module, ids, scale));
    }
    return rows;
  }

  private static float[] row(JitModule module, int[] ids, float scale) {
    long[] pieces = new long[ids.length];
    long[] isPiece = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      pieces[i] = ids[i];
      isPiece[i] = ids[i] == 0 ? 0 : 1;
    }
    Tensor embedding =
        module
            .forward(new IValueVector(new IValue(batch(pieces)), new IValue(batch(isPiece))))
            .toTensor()
            .contiguous();
    float[] row = new float[Math.toIntExact(embedding.numel())];
    embedding.data_ptr_float().get(row);
    double squares = 0;
    for (float number : row) {
      squares += (double) number * number;
    }
    double length = Math.max(Math.sqrt(squares), LEAST_LENGTH);
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (row[i] / length) * scale;
    }
    return row;
  }

  private static Tensor batch(long[] numbers) {
    return torch.tensor(numbers).view(1, numbers.length);
  }
}
