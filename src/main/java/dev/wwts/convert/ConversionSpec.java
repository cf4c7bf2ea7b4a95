package dev.wwts.convert;

import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.pixels.Interpolation;
import java.util.List;
import java.util.Optional;

/**
 * What a network's file does not say of itself, and a model file must (models/FORMAT.md).
 *
 * @param name shown to people
 * @param labels the name of each class, in order
 * @param preprocessing how pictures become the network's input
 * @param selfTest what the model file is tested with
 * @param texts whose it is
 */
public record ConversionSpec(
    String name,
    List<String> labels,
    Preprocessing preprocessing,
    SelfTestSpec selfTest,
    Texts texts) {
  /** Copies the list. */
  public ConversionSpec {
    labels = List.copyOf(labels);
    int classes = labels.size();
    if (!selfTest.logits().stream().allMatch(row -> row.length == classes)) {
      throw new IllegalArgumentException("the self-test's logits are not " + classes + " a row");
    }
  }

  /**
   * From pixels to the network's input; its size is the file's.
   *
   * @param resize before the crop of the middle; empty: the shorter side to 8/7 of the network's,
   *     as TensorFlow's evaluation crops 7/8
   * @param interpolation the filter, antialiased
   * @param normalization empty: what the file's own scale of the input says
   */
  public record Preprocessing(
      Optional<Resize> resize, Interpolation interpolation, Optional<Normalization> normalization) {
    /** What the file says, and the usual where it says nothing. */
    public static final Preprocessing USUAL =
        new Preprocessing(Optional.empty(), Interpolation.BILINEAR, Optional.empty());
  }

  /**
   * (pixel / 255 - mean) / std, red, green and blue.
   *
   * @param mean 3 numbers
   * @param std 3 numbers above 0
   */
  public record Normalization(List<Float> mean, List<Float> std) {
    /** Copies the lists. */
    public Normalization {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }
  }

  /**
   * Pictures, and what is expected of them.
   *
   * @param pictures encoded, small and lossless, at least one
   * @param logits a row a picture; empty: what evaluating the file gives
   * @param reference what computed the logits; used where there are some
   */
  public record SelfTestSpec(List<byte[]> pictures, List<float[]> logits, String reference) {
    /** Copies the lists. */
    public SelfTestSpec {
      pictures = List.copyOf(pictures);
      logits = List.copyOf(logits);
      if (pictures.isEmpty() || (!logits.isEmpty() && logits.size() != pictures.size())) {
        throw new IllegalArgumentException(
            "a self-test has pictures, and a row of logits for each");
      }
    }

    /** Of pictures whose logits are what evaluating the file gives. */
    public static SelfTestSpec of(List<byte[]> pictures) {
      return new SelfTestSpec(pictures, List.of(), "");
    }
  }

  /**
   * Texts of the manifest, each of which may be empty.
   *
   * @param version of the model
   * @param source where the weights come from
   * @param license SPDX identifier or text
   * @param attribution whom to name
   */
  public record Texts(String version, String source, String license, String attribution) {}
}
