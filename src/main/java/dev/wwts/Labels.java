package dev.wwts;

import dev.wwts.internal.text.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/**
 * Labels that are given while a model runs, for those that know texts: what a picture shows is the
 * label whose text is most like it.
 *
 * <pre>{@code
 * Labels drinks = Labels.of(List.of("红茶", "绿茶", "咖啡"), "一张{}的照片");
 * recognizer.answer(picture, drinks).best().label();
 * Labels more = drinks.withNames(List.of("红茶", "绿茶", "咖啡", "豆浆")); // one text is new
 * }</pre>
 *
 * <p>They never change. The first call of a recognizer with them also embeds their texts, whatever
 * its timeout; {@code recognizer.answers(List.of(), labels)} does it ahead. The embeddings are kept
 * with them for as long as both are there, and given on by {@code with…}, so make labels once, not
 * for each call.
 */
public final class Labels {
  /** As models/export.py has it. */
  private static final String TEMPLATE = "一张{}的图片";

  /** Where the label goes. */
  static final String NAME = "{}";

  private final List<String> names;
  private final List<String> templates;
  private final OptionalDouble threshold;
  private final double minSimilarity;

  private final LabelEmbeddings embeddings;

  private Labels(
      List<String> names,
      List<String> templates,
      OptionalDouble threshold,
      double minSimilarity,
      LabelEmbeddings embeddings) {
    this.names = names;
    this.templates = templates;
    this.threshold = threshold;
    this.minSimilarity = minSimilarity;
    this.embeddings = embeddings;
  }

  /**
   * Labels, and the texts that stand for them.
   *
   * @param names one or more, none blank, none twice
   * @param templates texts in which {@code {}} is the label; of several the embeddings are
   *     averaged; if none is given, {@code 一张{}的图片}
   */
  public static Labels of(List<String> names, String... templates) {
    List<String> all = templates.length == 0 ? List.of(TEMPLATE) : List.of(templates);
    for (String template : all) {
      if (!template.contains(NAME)) {
        throw new IllegalArgumentException(
            "The template '%s' has no {} where the label goes."
                .formatted(Printable.line(template, 100)));
      }
    }
    return new Labels(checked(names), all, OptionalDouble.empty(), -1, new LabelEmbeddings());
  }

  private static List<String> checked(List<String> names) {
    List<String> copy = List.copyOf(names);
    Set<String> seen = new HashSet<>();
    for (String name : copy) {
      String fault =
          !Printable.isVisible(name) ? "is blank" : seen.add(name) ? "" : "is there twice";
      if (!fault.isEmpty()) {
        throw new IllegalArgumentException(
            "The label '%s' %s.".formatted(Printable.line(name, 100), fault));
      }
    }
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("There is no label to choose from.");
    }
    return copy;
  }

  /**
   * Other labels with the same templates and thresholds; embeddings of those that stay are kept.
   */
  public Labels withNames(List<String> others) {
    List<String> checked = checked(others);
    return new Labels(checked, templates, threshold, minSimilarity, embeddings.of(checked));
  }

  /**
   * The same with a confidence, 0 to 1, below which the best label counts as not recognised.
   * Confidences of labels add up to 1, whatever the picture shows, but with a model such as SigLIP,
   * which asks about each for itself. If not set it is the recognizer's.
   */
  public Labels withThreshold(double confidence) {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("A threshold is 0 to 1, not " + confidence + ".");
    }
    return new Labels(names, templates, OptionalDouble.of(confidence), minSimilarity, embeddings);
  }

  /**
   * The same with a similarity, -1 to 1, which a label's text must have to the picture to be told:
   * for pictures that may show none of them. It is what {@link Recognizer#score} gives.
   */
  public Labels withMinSimilarity(double similarity) {
    return new Labels(names, templates, threshold, Ranges.similarity(similarity), embeddings);
  }

  /** What they are called, in their order, which {@link Recognition#index} counts. */
  public List<String> names() {
    return names;
  }

  OptionalDouble threshold() {
    return threshold;
  }

  double minSimilarity() {
    return minSimilarity;
  }

  /**
   * The embedding of each label, of length 1.
   *
   * @param recognizer whose they are
   * @param embed its embeddings of texts
   */
  List<float[]> embeddings(Object recognizer, Function<List<String>, List<float[]>> embed) {
    return embeddings.all(recognizer, names, templates, embed);
  }
}
