package dev.wwts.internal.network;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.ModelContent;
import dev.wwts.internal.model.TextTower;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.rewrite.Destination;
import dev.wwts.internal.rewrite.FrozenGraph;
import dev.wwts.internal.rewrite.Passes;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Owned;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A model's text tower. It runs on the processor and in 32 bits, wherever the image network does
 * and in whatever: a text is asked about once and compared with many pictures, and there is nothing
 * to capture, lay out or round. Safe for any number of threads.
 */
public final class TextNetwork implements AutoCloseable {
  /** Of the largest number; float32's roundings in another order are a tenth of it. */
  private static final double MOST_MOVED = 1e-5;

  private final Path file;
  private final Network network;
  private final int columns;
  private final int pad;

  private TextNetwork(Path file, Network network, int columns, int pad) {
    this.file = file;
    this.network = network;
    this.columns = columns;
    this.pad = pad;
  }

  /**
   * Loads one, and asks it about a text of no words, and about the last word there is in a text of
   * full length: what does not fit the manifest shows now.
   *
   * @param remarks told where it does not run as it could
   * @throws ModelException if LibTorch refuses it, or if it does not give embeddings
   */
  public static TextNetwork load(TextTower tower, Remarks remarks) {
    int[] last = new int[tower.about().length()];
    Arrays.fill(last, tower.words() - 1);
    int[][] asked = {tower.ids(""), last};
    Path file = tower.network().file();
    return TorchScriptNetwork.load(
        file,
        () -> {
          int pad = tower.pad();
          Tensor rows = input(asked, pad);
          Network network = chosen(tower.network(), rows, remarks);
          try {
            TextNetwork loaded = new TextNetwork(file, network, tower.columns(), pad);
            loaded.embeddings(asked);
            loaded.embeddings(new int[][] {tower.ids("")});
            return loaded;
          } catch (RuntimeException | Error e) {
            network.close();
            throw e;
          }
        });
  }

  /** With its layers made oneDNN's, if that one answers as the plain one does. */
  private static Network chosen(ModelContent content, Tensor rows, Remarks remarks) {
    FrozenGraph graph = plain(content);
    Network rewritten = null;
    String fault;
    try {
      Passes.Faster faster =
          Passes.PROCESSOR.hasten(graph, Destination.processor(torch.ScalarType.Float), rows);
      rewritten = TorchScriptNetwork.of(content.file(), graph, false);
      if (faster.answers() == null) {
        return rewritten;
      }
      double difference = difference(faster.answers(), rewritten, rows);
      if (difference <= MOST_MOVED) {
        return rewritten;
      }
      fault =
          String.format(
              Locale.ROOT, "its text tower's numbers differ by %.1e of the largest", difference);
    } catch (RuntimeException e) {
      fault = "its text tower fails (" + NativeErrors.firstWords(e) + ")";
    }
    if (rewritten != null) {
      rewritten.close();
    }
    remarks.add(new Remark.PlainOnProcessor(fault));
    return TorchScriptNetwork.of(content.file(), plain(content), false);
  }

  private static FrozenGraph plain(ModelContent content) {
    FrozenGraph plain = TorchScriptNetwork.frozen(content, Passes.PROCESSOR, () -> {});
    // in a scope of its own, as every look at a weight holds it
    NativeScope.of(
        () -> {
          Passes.PROCESSOR.place(plain, Destination.processor(torch.ScalarType.Float));
          return plain;
        });
    return plain;
  }

  /** Of both rows together and of the first alone, as a share of the largest number. */
  private static double difference(Owned<Tensor> plain, Network rewritten, Tensor rows) {
    try (plain) {
      Tensor expected = plain.get();
      Tensor together = rewritten.forward(rows.clone()).sub(expected);
      Tensor alone = rewritten.forward(rows.narrow(0, 0, 1).clone()).sub(expected.narrow(0, 0, 1));
      double most = Math.max(most(together), most(alone));
      return Double.isNaN(most) ? Double.POSITIVE_INFINITY : most == 0 ? 0 : most / most(expected);
    }
  }

  private static double most(Tensor values) {
    return values.abs().max().item().toDouble();
  }

  /**
   * The embeddings of texts, in one forward of the calling thread with so many of LibTorch's.
   *
   * @param ids a row for each, filled up to the longest
   * @throws ModelException if the network fails, or gives anything else
   */
  public float[][] embeddings(int[][] ids, int threads) {
    LibTorch.useThreads(threads);
    return embeddings(ids);
  }

  private float[][] embeddings(int[][] ids) {
    float[][] rows =
        NativeScope.inference(
            () -> {
              Tensor output = network.forward(input(ids, pad));
              Logits.requireRows(file, "embeddings of texts", output, ids.length, columns);
              try (Owned<Tensor> values =
                  new Owned<>(output.to(torch.ScalarType.Float).contiguous())) {
                return Logits.rows(values.get(), ids.length);
              }
            });
    for (float[] row : rows) {
      for (float value : row) {
        if (!Float.isFinite(value)) {
          throw new ModelException(
              Reason.BAD_OUTPUT,
              file + ": the text tower's output is not finite: its weights are unfit.");
        }
      }
    }
    return rows;
  }

  private static Tensor input(int[][] ids, int pad) {
    int length = Arrays.stream(ids).mapToInt(row -> row.length).max().orElseThrow();
    Tensor input =
        torch.empty(
            new long[] {ids.length, length}, new TensorOptions(torch.ScalarType.Long), null);
    long[] row = new long[length];
    for (int i = 0; i < ids.length; i++) {
      for (int at = 0; at < length; at++) {
        row[at] = at < ids[i].length ? ids[i][at] : pad;
      }
      input.data_ptr_long().position((long) i * length).put(row);
    }
    return input;
  }

  @Override
  public void close() {
    network.close();
  }
}
