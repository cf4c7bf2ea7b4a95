package dev.wwts.convert;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.ConversionSpec.Normalization;
import dev.wwts.convert.ConversionSpec.Preprocessing;
import dev.wwts.convert.ConversionSpec.SelfTestSpec;
import dev.wwts.convert.tflite.TfliteNetwork;
import dev.wwts.convert.tflite.TfliteNetwork.Codes;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.AlphaMode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes a model file of a TFLite file, in float32: codes of 8 bits become the values that they
 * stand for, batch normalisation is in the weights already. What comes out was held against an
 * evaluation of the TFLite file itself, over the pictures of the self-test.
 */
public final class TfliteConverter {
  private static final String FAMILY = "tflite";
  private static final String EVALUATED = "wwts, TFLite's operators in float32";

  /** TensorFlow's evaluation keeps 7/8 of the shorter side. */
  private static final int KEPT = 7;

  private static final int OF = 8;

  /** Of the largest logit: what the order of float32 additions may change in fifty layers. */
  private static final double FLOAT = 1e-4;

  private final TfliteNetwork network;
  private final ConversionSpec spec;
  private final Path file;
  private final Recipe recipe;

  private TfliteConverter(Path file, ConversionSpec spec) {
    this.file = file;
    this.spec = spec;
    this.network = TfliteNetwork.read(file, spec.labels().size());
    this.recipe = recipe();
  }

  /**
   * Converts a file; {@code out} appears when all is done, and replaces what was there.
   *
   * @throws ModelException if the file is damaged or has what is not converted, or if the
   *     specification does not fit it; {@code out} is as it was then
   */
  public static void convert(Path tflite, ConversionSpec spec, Path out) throws ModelException {
    new TfliteConverter(tflite, spec).write(out);
  }

  private void write(Path out) {
    SelfTestSpec test = spec.selfTest();
    int classes = spec.labels().size();
    ReferenceRun run = ReferenceRun.parallel(network::row, classes, recipe, test.pictures());
    if (!run.isFinite()) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          file + ": its answers to the self-test are not finite: fetch it again.");
    }
    boolean isItsOwn = test.logits().isEmpty();
    SelfTestEntries entries =
        new SelfTestEntries(
            test.pictures(),
            isItsOwn ? run.logits() : test.logits(),
            run.embeddings(),
            isItsOwn ? EVALUATED : test.reference(),
            run.tolerance());
    ManifestJson manifest =
        new ManifestJson(spec.name(), classes, spec.texts(), FAMILY, recipe)
            .quantization(network.quantizedLayers())
            .selfTest(entries);
    run.embedding(ManifestJson.FEATURES).ifPresent(manifest::embedding);
    Map<String, byte[]> extra = new LinkedHashMap<>();
    extra.put("wwts.json", manifest.bytes());
    extra.put("labels.txt", SelfTestEntries.labels(spec.labels()));
    extra.putAll(entries.entries());
    new ModelWriter(out).write(network.script(), extra, module -> compare(module, run));
  }

  private Recipe recipe() {
    Preprocessing preprocessing = spec.preprocessing();
    Normalization normalization =
        preprocessing.normalization().orElseGet(this::normalizationOfItsCodes);
    int shorter = Math.max(network.width(), network.height()) * OF / KEPT;
    return new Recipe(
        network.width(),
        network.height(),
        Recipe.Color.RGB,
        AlphaMode.DROP,
        true,
        preprocessing.resize().orElse(new Resize.ShorterSide(shorter)),
        preprocessing.interpolation(),
        Recipe.CropRounding.HALF_EVEN,
        normalization.mean(),
        normalization.std());
  }

  /** Value = scale x (level - zero), as (level / 255 - mean) / std. */
  private Normalization normalizationOfItsCodes() {
    return network
        .levels()
        .filter(codes -> isDeviation(std(codes)))
        .map(
            codes ->
                new Normalization(
                    Collections.nCopies(3, codes.zero() / 255f),
                    Collections.nCopies(3, std(codes))))
        .orElseThrow(
            () ->
                new ModelException(
                    Reason.BAD_MANIFEST,
                    file + " does not say what its input's values stand for: give mean and std."));
  }

  private static float std(Codes codes) {
    return 1 / (255 * codes.scale());
  }

  private static boolean isDeviation(float std) {
    return std > 0 && Float.isFinite(std);
  }

  /** Whether LibTorch computes what the TFLite file says. */
  private void compare(JitModule module, ReferenceRun run) {
    int classes = spec.labels().size();
    for (int i = 0; i < run.rows().size(); i++) {
      Tensor pixels = torch.tensor(run.input(i)).view(1, recipe.height(), recipe.width(), 3);
      IValue answer = module.forward(new IValueVector(new IValue(pixels.permute(0, 3, 1, 2))));
      float[] expected = run.rows().get(i);
      float[] row = new float[expected.length];
      answer.toTensor().contiguous().data_ptr_float().get(row);
      compare(row, expected, 0, classes, "logits");
      compare(row, expected, classes, expected.length, "features");
    }
  }

  private void compare(float[] row, float[] expected, int from, int to, String what) {
    double difference = ReferenceRun.difference(row, expected, from, to);
    if (!(difference <= FLOAT * Math.max(1, ReferenceRun.largest(expected, from, to)))) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          "%s: LibTorch's %s differ from the file's own by %.3g: report it with the file."
              .formatted(file, what, difference));
    }
  }
}
