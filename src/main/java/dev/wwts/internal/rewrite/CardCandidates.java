package dev.wwts.internal.rewrite;

import dev.wwts.internal.rewrite.ExampleShapes.Examples;
import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;

/**
 * What could be faster in a plain network on a card, to be measured there before a copy of it is
 * changed.
 */
public final class CardCandidates {
  private final FrozenGraph plain;
  private final Survey survey;
  private final List<FusedConvolution> fused;
  private final List<SplitAttention> split;
  private final Map<Value, Shape> shapes = new HashMap<>();
  private final List<ConvolutionShape> convolutions = new ArrayList<>();
  private boolean attention;

  /** Looks at a network that is on the card, inside the caller's pointer scope. */
  public CardCandidates(FrozenGraph plain, Destination card) {
    this.plain = plain;
    this.survey = new Survey(plain.graph(), card);
    this.fused = FusedConvolutions.in(survey);
    this.split = SplitAttentions.in(survey);
  }

  public boolean isEmpty() {
    return fused.isEmpty() && split.isEmpty();
  }

  /** Runs the network, in a pointer scope, to know their shapes, for an input of two rows. */
  public void ask(Tensor rows) {
    List<Value> asked = new ArrayList<>();
    fused.forEach(each -> asked.addAll(each.operands()));
    split.forEach(each -> asked.addAll(each.operands()));
    Examples examples = ExampleShapes.of(plain, asked, rows);
    examples.answers().close();
    shapes.putAll(examples.shapes());
    Destination card = survey.destination();
    fused.stream()
        .map(each -> ConvolutionShape.of(each, card.type(), shapes, card.batch()))
        .filter(Objects::nonNull)
        .forEach(convolutions::add);
    attention = split.stream().anyMatch(each -> each.isOfTwo(card.type(), shapes));
  }

  /** All convolutions that cuDNN may do in one call, each as often as it occurs. */
  public List<ConvolutionShape> convolutions() {
    return List.copyOf(convolutions);
  }

  /** Whether something else is leaner for sure. */
  public boolean hasAttention() {
    return attention;
  }

  /** Changes a copy of the network, where the measured say so. */
  public void apply(FrozenGraph copy, Destination measured) {
    Map<Value, Value> twins = ExampleShapes.twins(plain.graph(), copy.graph());
    Map<Value, Shape> known = new HashMap<>();
    shapes.forEach((value, shape) -> known.put(twins.get(value), shape));
    Passes.CARD.hasten(copy, measured, known);
  }
}
