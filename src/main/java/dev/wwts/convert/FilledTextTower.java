package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.folder.FolderModel.Towers;
import dev.wwts.convert.weights.Fitting;
import dev.wwts.convert.weights.Skeleton;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.TextManifest;
import dev.wwts.internal.tokenizer.BertTokenizer;
import dev.wwts.internal.tokenizer.Vocabulary;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Chinese-CLIP's text tower with a folder's weights, in a file of its own that goes when this is
 * closed: texts to embeddings of length 1, with LibTorch, as models/exporters/text_tower.py has it.
 */
final class FilledTextTower implements AutoCloseable {
  /** The entry of its network in a model file. */
  static final String NETWORK = "text/network.pt";

  /** That of its words. */
  static final String VOCABULARY = "text/vocabulary.txt";

  /** How a text becomes ids. */
  static final TextManifest.Bert TOKENS_READ =
      new TextManifest.Bert(VOCABULARY, BertTokenizer.LONGEST_WORD_OF_CHINESE_CLIP);

  private static final int TOKENS = 52;
  private static final String SCALE = "logit_scale";
  private static final String WORDS = "text_model.embeddings.word_embeddings.weight";

  private final Path weights;
  private final BertTokenizer tokenizer;
  private final Path file;
  private final double scale;
  private final long parameters;

  /**
   * Fills it.
   *
   * @throws ModelException if the weights or the words are of another text tower
   */
  FilledTextTower(FolderModel model, Towers towers) {
    weights = model.weights();
    Skeleton skeleton = towers.textSkeleton();
    tokenizer = tokenizer(towers, skeleton.size(WORDS));
    try (Fitting fitting = skeleton.fit(weights, false)) {
      scale = Math.exp(fitting.number(SCALE));
      parameters = fitting.parameters();
      file = Files.createTempFile("wwts-", ".pt");
      fill(fitting);
    } catch (IOException e) {
      throw new ModelException(
          Reason.UNREADABLE,
          weights + " can't be filled into its text tower: " + e.getMessage() + ".",
          e);
    }
  }

  private void fill(Fitting fitting) throws IOException {
    try {
      fitting.write(Map.of(), Map.of(), FilledNetwork::bicubic, file);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private BertTokenizer tokenizer(Towers towers, long words) {
    try {
      BertTokenizer read =
          new BertTokenizer(
              Vocabulary.of(towers.vocabulary()), BertTokenizer.LONGEST_WORD_OF_CHINESE_CLIP);
      // the network's code takes 0 for what fills up
      if (read.size() != words || read.pad() != 0) {
        throw new ModelException(
            Reason.UNSUPPORTED,
            "%s: its text tower reads %,d words, the first of which is [PAD], but vocab.txt has %,d with [PAD] at %,d: fetch the vocabulary that belongs to it."
                .formatted(weights, words, read.size(), read.pad()));
      }
      return read;
    } catch (IllegalArgumentException e) {
      throw new ModelException(Reason.CORRUPT, "%s: %s".formatted(weights, e.getMessage()), e);
    }
  }

  /** The network's file. */
  Path file() {
    return file;
  }

  /** What makes a logit of a product of embeddings. */
  double scale() {
    return scale;
  }

  /** How many numbers its weights are. */
  long parameters() {
    return parameters;
  }

  /** What a manifest says of it. */
  TextManifest fields() {
    return new TextManifest(NETWORK, TOKENS_READ, TOKENS, scale, 0, Activation.SOFTMAX);
  }

  /**
   * A row for each text.
   *
   * @throws ModelException if LibTorch can't run it, or what it gives is not finite
   */
  List<float[]> embeddings(List<String> texts) {
    LibTorch.load();
    try {
      return LoadThread.call(() -> rows(texts));
    } catch (ModelException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ModelException(
          Reason.LOAD_FAILED,
          "%s: its text tower can't be run: %s.".formatted(weights, NativeErrors.firstWords(e)),
          e);
    }
  }

  private List<float[]> rows(List<String> texts) {
    JitModule module = torch.load(new BytePointer(ModelWriter.name(file)));
    module.eval();
    List<float[]> rows = new ArrayList<>();
    for (String text : texts) {
      int[] ids = Arrays.copyOf(tokenizer.ids(text, TOKENS), TOKENS);
      float[] row = NativeScope.inference(() -> row(module, ids));
      if (!Double.isFinite(ReferenceRun.largest(row, 0, row.length))) {
        throw new ModelException(
            Reason.BAD_OUTPUT,
            weights + ": embeddings of its text tower are not finite: fetch it again.");
      }
      rows.add(row);
    }
    return rows;
  }

  private static float[] row(JitModule module, int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    IValue batch = new IValue(torch.tensor(wide).view(1, wide.length));
    Tensor embedding = module.forward(new IValueVector(batch)).toTensor().contiguous();
    float[] row = new float[Math.toIntExact(embedding.numel())];
    embedding.data_ptr_float().get(row);
    return row;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be removed.", e);
    }
  }
}
