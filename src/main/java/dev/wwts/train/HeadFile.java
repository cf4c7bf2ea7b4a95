package dev.wwts.train;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.ManifestJson;
import dev.wwts.convert.ModelWriter;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.model.Manifest.DType;
import dev.wwts.internal.model.SelfTest;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A model file with a head of one's own: the network and the preprocessing of another file, new
 * labels, and a self-test whose logits follow from the reference's embeddings in that file's.
 */
public final class HeadFile {
  private static final String LOGITS = "selftest/logits.f32";
  private static final String EMBEDDINGS = "selftest/embeddings.f32";
  private static final double LEAST_TOLERANCE = 1e-3;

  private final Bundle base;
  private final Manifest manifest;
  private final SelfTest test;

  private HeadFile(Bundle base) {
    this.base = base;
    this.manifest = base.manifest();
    if (manifest.embedding().isEmpty() || base.library().isPresent()) {
      throw unfit("gives no embeddings that a head can be put on");
    }
    this.test = base.selfTest().orElseThrow(() -> unfit("has no self-test to hand on"));
  }

  private ModelException unfit(String fault) {
    return new ModelException(
        Reason.UNSUPPORTED,
        "%s %s: export it with models/export.py --embedding, as TorchScript."
            .formatted(base.path(), fault));
  }

  /**
   * Looks whether a head can be put on a model.
   *
   * @throws ModelException if not
   */
  public static void require(Bundle base) {
    new HeadFile(base);
  }

  /**
   * Writes one.
   *
   * @param base what made the embeddings, still open
   * @param name of the new model
   * @param card what it is, for people, Markdown
   * @param check told of the file before it appears as {@code out}
   * @throws ModelException if it can't be written, or does not give what it should
   */
  public static void write(
      Bundle base, Head head, String name, String card, Path out, Consumer<Path> check) {
    LibTorch.load();
    new HeadFile(base).write(rounded(head, base.manifest().dtype()), name, card, out, check);
  }

  /** As the weights of a file of that type are. */
  private static Head rounded(Head head, DType type) {
    if (type == DType.FLOAT32) {
      return head;
    }
    return LoadThread.call(
        () -> new Head(head.labels(), round(head.weights(), type), round(head.biases(), type)));
  }

  private static float[] round(float[] values, DType type) {
    Tensor rounded = torch.tensor(values).to(scalar(type)).to(torch.ScalarType.Float);
    float[] result = new float[values.length];
    rounded.data_ptr_float().get(result);
    return result;
  }

  static torch.ScalarType scalar(DType type) {
    return switch (type) {
      case FLOAT32 -> torch.ScalarType.Float;
      case FLOAT16 -> torch.ScalarType.Half;
      case BFLOAT16 -> torch.ScalarType.BFloat16;
    };
  }

  private void write(Head head, String name, String card, Path out, Consumer<Path> check) {
    List<float[]> logits = test.embeddings().stream().map(head::logits).toList();
    List<String> pictures = new ArrayList<>();
    Map<String, byte[]> extra = new LinkedHashMap<>();
    for (int i = 0; i < test.pictures().size(); i++) {
      pictures.add("selftest/" + i + ".png");
      extra.put(pictures.get(i), test.pictures().get(i));
    }
    extra.put(LOGITS, bytes(logits));
    extra.put(EMBEDDINGS, bytes(test.embeddings()));
    String labels = String.join("\n", head.labels()) + "\n";
    extra.put("labels.txt", labels.getBytes(StandardCharsets.UTF_8));
    extra.put("card.md", card.getBytes(StandardCharsets.UTF_8));
    Manifest.SelfTestEntries entries =
        new Manifest.SelfTestEntries(
            pictures,
            LOGITS,
            EMBEDDINGS,
            Optional.empty(),
            test.reference(),
            OptionalDouble.of(tolerance(head, logits)));
    extra.put("wwts.json", ManifestJson.of(manifest, name, head.labels().size(), entries).bytes());
    new ModelWriter(out).write(() -> HeadModule.of(base, head), extra, check);
  }

  /**
   * Of logits: what the embeddings of the file's own tolerance move them by. Vectors of length 1
   * whose cosine is 1 - t² are √2 t apart.
   */
  private double tolerance(Head head, List<float[]> logits) {
    double largest = 0;
    for (float[] row : logits) {
      for (float logit : row) {
        largest = Math.max(largest, Math.abs(logit));
      }
    }
    double moved = Math.sqrt(2) * test.tolerance().orElse(LEAST_TOLERANCE) * head.longestRow();
    return largest == 0 ? 1 : Math.min(1, Math.max(LEAST_TOLERANCE, moved / largest));
  }

  private static byte[] bytes(List<float[]> rows) {
    int count = rows.stream().mapToInt(row -> row.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }
}
