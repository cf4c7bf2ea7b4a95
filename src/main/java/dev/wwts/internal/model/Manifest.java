package dev.wwts.internal.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The manifest of a model file, checked: see models/FORMAT.md for the meaning of every field.
 *
 * @param name shown to people
 * @param family the exporter that made it
 * @param size small, base or large
 * @param version of the model, may be empty
 * @param source where the weights come from, may be empty
 * @param license SPDX identifier or text, may be empty
 * @param attribution whom to name, may be empty
 * @param trained false where the weights are random
 * @param dtype of the weights in the file
 * @param input pixels to the network's input
 * @param output the network's output to confidences
 * @param embedding what the network's output holds behind the logits, if anything
 * @param text the text tower, where there is one
 * @param selfTest the entries of the self-test, where there is one
 * @param compiled what the network was compiled for, where it says so
 */
public record Manifest(
    String name,
    String family,
    Size size,
    String version,
    String source,
    String license,
    String attribution,
    boolean trained,
    DType dtype,
    Recipe input,
    Output output,
    Optional<Embedding> embedding,
    Optional<TextManifest> text,
    Optional<SelfTestEntries> selfTest,
    Optional<Target> compiled) {
  /** The newest format that is read here. */
  public static final int FORMAT = 2;

  /** The first format whose files may have an embedding. */
  static final int WITH_EMBEDDING = 2;

  /** The first format whose classes may have thresholds and roots. */
  static final int WITH_TAGS = 2;

  /** How big a model is, in the words of the published table. */
  public enum Size {
    /** For cards with 4 GB. */
    SMALL,
    /** For cards with 6 GB. */
    BASE,
    /** For more. */
    LARGE
  }

  /** Types of weights. */
  public enum DType {
    /** 32-bit floating point. */
    FLOAT32,
    /** 16-bit floating point. */
    FLOAT16,
    /** bfloat16. */
    BFLOAT16
  }

  /** What turns logits into confidences. */
  public enum Activation {
    /** One class of many: confidences add up to 1. */
    SOFTMAX,
    /** Each class for itself, 0 to 1. */
    SIGMOID,
    /** The raw value. */
    NONE
  }

  /**
   * The network's output.
   *
   * @param classes columns of the logits; 0 only beside a text tower
   * @param activation what turns them into confidences
   * @param threshold best confidence below it: not recognised; 0 to 1
   * @param thresholds the entry with one for each class, where these have their own
   * @param roots the entry with the category of each class, where there are some
   */
  public record Output(
      int classes,
      Activation activation,
      double threshold,
      Optional<String> thresholds,
      Optional<String> roots) {}

  /**
   * What a picture is like, in numbers: the columns behind the logits.
   *
   * @param length how many
   * @param meaning what they are, for people
   * @param normalised whether the network makes their length 1 itself
   */
  public record Embedding(int length, String meaning, boolean normalised) {}

  /** Columns of the network's output: the logits, and the embedding behind them. */
  public int columns() {
    return output.classes() + embedding.map(Embedding::length).orElse(0);
  }

  /**
   * The entries of the self-test below {@code extra/}.
   *
   * @param pictures the pictures' entries, one for each row of the logits
   * @param logits the entry of little-endian float32, pictures x classes
   * @param embeddings the same of the embeddings, pictures x length; empty where there are none
   * @param texts those of the texts, where there is a text tower
   * @param reference the software that computed them
   * @param tolerance how far logits may differ, relative to the largest of the reference; above 0
   */
  public record SelfTestEntries(
      List<String> pictures,
      String logits,
      String embeddings,
      Optional<TextEntries> texts,
      String reference,
      OptionalDouble tolerance) {
    /** Copies the list. */
    public SelfTestEntries {
      pictures = List.copyOf(pictures);
    }
  }

  /**
   * What the self-test asks the text tower.
   *
   * @param texts the texts themselves
   * @param embeddings the entry of little-endian float32, texts x length
   * @param scores the same of products, pictures x texts
   */
  public record TextEntries(List<String> texts, String embeddings, String scores) {
    /** Copies the list. */
    public TextEntries {
      texts = List.copyOf(texts);
    }
  }
}
