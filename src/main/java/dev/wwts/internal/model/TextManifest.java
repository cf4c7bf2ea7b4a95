package dev.wwts.internal.model;

import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.tokenizer.PairTokenizer;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the manifest says of a text tower, whose embeddings lie where those of pictures do.
 *
 * @param network the entry of its network below {@code extra/}, a TorchScript file
 * @param tokens how a text becomes ids
 * @param length ids that it reads of a text
 * @param scale what makes a logit of a product of embeddings
 * @param bias what is added to it
 * @param activation what makes a confidence of a logit
 */
public record TextManifest(
    String network, Tokens tokens, int length, double scale, double bias, Activation activation) {
  private static final int MAX_LENGTH = 512;
  private static final int MAX_WORD = 1000;
  private static final int MAX_ID = 1_000_000;
  private static final int MAX_ADDED = 1000;
  private static final double MAX_BIAS = 1e4;

  /** How a text becomes ids. */
  public sealed interface Tokens {
    /** The entry of the words, or pieces. */
    String vocabulary();
  }

  /**
   * As transformers' {@code BertTokenizer} has it.
   *
   * @param longestWord characters of a word that is not unknown for its length
   */
  public record Bert(String vocabulary, int longestWord) implements Tokens {}

  /**
   * By pairs of pieces that become one.
   *
   * @param merges the entry of the pairs
   */
  public record Pairs(
      String vocabulary, String merges, PairTokenizer.Style style, PairTokenizer.Special special)
      implements Tokens {}

  private enum Tokenizer {
    BERT,
    CLIP,
    GEMMA
  }

  /** What its tokenizer is called, for people. */
  public String tokenizer() {
    return tokens instanceof Pairs pairs
        ? pairs.style() == PairTokenizer.Style.CLIP ? "CLIP" : "Gemma"
        : "BERT";
  }

  private enum ActivationOfTexts {
    SOFTMAX,
    SIGMOID
  }

  static TextManifest read(Fields text) {
    Tokenizer tokenizer = text.choice("tokenizer", Tokenizer.class);
    boolean isSigmoid =
        text.has("activation")
            && text.choice("activation", ActivationOfTexts.class) == ActivationOfTexts.SIGMOID;
    String network = text.text("network", 100);
    String vocabulary = text.text("vocabulary", 100);
    return new TextManifest(
        network,
        tokenizer == Tokenizer.BERT
            ? new Bert(vocabulary, text.integer("longest_word", 1, MAX_WORD))
            : new Pairs(
                vocabulary, text.text("merges", 100), style(text, tokenizer), special(text)),
        text.integer("length", 2, MAX_LENGTH),
        text.number("logit_scale", 1e-3, 1e4),
        text.numberOr("logit_bias", 0, -MAX_BIAS, MAX_BIAS),
        isSigmoid ? Activation.SIGMOID : Activation.SOFTMAX);
  }

  private static PairTokenizer.Style style(Fields text, Tokenizer tokenizer) {
    return tokenizer == Tokenizer.CLIP
        ? PairTokenizer.Style.CLIP
        : text.bool("lowercase") ? PairTokenizer.Style.GEMMA_LOWER : PairTokenizer.Style.GEMMA;
  }

  private static PairTokenizer.Special special(Fields text) {
    return new PairTokenizer.Special(
        text.has("start") ? OptionalInt.of(text.integer("start", 0, MAX_ID)) : OptionalInt.empty(),
        text.integer("end", 0, MAX_ID),
        text.integer("pad", 0, MAX_ID),
        ids(text, "added_tokens"),
        ids(text, "normalised_tokens"));
  }

  private static List<Integer> ids(Fields text, String field) {
    List<Double> numbers = text.numbers(field);
    if (numbers.size() > MAX_ADDED
        || !numbers.stream().allMatch(it -> it >= 0 && it <= MAX_ID && it == Math.rint(it))) {
      throw text.bad(field, "must be at most " + MAX_ADDED + " ids");
    }
    return numbers.stream().map(Double::intValue).toList();
  }
}
