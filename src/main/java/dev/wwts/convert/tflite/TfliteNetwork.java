package dev.wwts.convert.tflite;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.tflite.Operation.Convolution;
import dev.wwts.convert.tflite.Operation.FullyConnected;
import dev.wwts.convert.tflite.Operation.Reshape;
import dev.wwts.convert.tflite.Operation.Softmax;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A network that a TFLite file holds, in the order in which it is computed. */
public final class TfliteNetwork {
  /** Numbers of an embedding, as models/FORMAT.md has it. */
  private static final int MOST_FEATURES = 65_536;

  private final List<TensorInfo> tensors;
  private final List<Operation> operations;
  private final int input;
  private final int output;
  private final OptionalInt features;
  private final Faults faults;

  TfliteNetwork(
      List<TensorInfo> tensors, List<Operation> operations, int input, int output, Faults faults) {
    this(tensors, operations, input, output, OptionalInt.empty(), faults);
  }

  private TfliteNetwork(
      List<TensorInfo> tensors,
      List<Operation> operations,
      int input,
      int output,
      OptionalInt features,
      Faults faults) {
    this.tensors = List.copyOf(tensors);
    this.operations = List.copyOf(operations);
    this.input = input;
    this.output = output;
    this.features = features;
    this.faults = faults;
  }

  /**
   * The network of a file that gives a row of logits, for so many classes, and behind them what its
   * last layer reads: the softmax at its end is left out, and so is the class 0 of which its
   * makers' labels say "background", where there is one class more.
   *
   * @throws ModelException if the file can't be read, is damaged, has what is not known here, or
   *     another number of classes
   */
  public static TfliteNetwork read(Path file, int classes) {
    return TfliteReader.read(file).logits(classes);
  }

  /** How scales and zero points are told: of codes from 0 to 255. */
  public record Codes(float scale, long zero) {}

  /**
   * A layer with weights in a network that was quantised.
   *
   * @param input what codes of its input stand for
   * @param output and those of its result
   */
  public record QuantizedLayer(Codes input, Codes output) {}

  /** Pixels that the network sees, from top to bottom. */
  public int height() {
    return tensors.get(input).size(1);
  }

  /** Pixels that the network sees, from left to right. */
  public int width() {
    return tensors.get(input).size(2);
  }

  /** What the input's codes, which are levels of colour, stand for, if it is quantised. */
  public Optional<Codes> levels() {
    return codes(input);
  }

  /** The layers that have scales, by the names of their weights in {@link #script()}. */
  public Map<String, QuantizedLayer> quantizedLayers() {
    Map<String, QuantizedLayer> layers = new LinkedHashMap<>();
    int number = 0;
    for (Operation operation : operations) {
      if (operation instanceof Operation.Weighted layer) {
        String name = Script.weight(number++);
        codes(layer.input())
            .ifPresent(
                from ->
                    codes(layer.output())
                        .ifPresent(to -> layers.put(name, new QuantizedLayer(from, to))));
      }
    }
    return layers;
  }

  /** The same as TorchScript. */
  public Script script() {
    return Script.of(this);
  }

  /**
   * The logits and features of one picture, computed as the operators are defined, in float32.
   *
   * @param pixels height x width x 3, normalised
   */
  public float[] row(float[] pixels) {
    return new Evaluation(this).run(pixels);
  }

  TensorInfo tensor(int number) {
    return tensors.get(number);
  }

  List<Operation> operations() {
    return operations;
  }

  int input() {
    return input;
  }

  int output() {
    return output;
  }

  /** The tensor that the last layer makes the logits of: what a picture is like. */
  OptionalInt features() {
    return features;
  }

  private Optional<Codes> codes(int tensor) {
    TensorInfo info = tensors.get(tensor);
    Quantization quantization = info.quantization();
    return info.type().isByte() && quantization.isThere()
        ? Optional.of(
            new Codes(quantization.scale(faults), quantization.zero() - info.type().least()))
        : Optional.empty();
  }

  TfliteNetwork logits(int classes) {
    int end = output;
    boolean hasSoftmax = false;
    for (@Nullable Operation last = giverOf(end); last != null; last = giverOf(end)) {
      boolean isTail = last instanceof Reshape || (last instanceof Softmax && !hasSoftmax);
      if (!isTail) {
        break;
      }
      hasSoftmax |= last instanceof Softmax;
      end = last.inputs().get(0);
    }
    List<Integer> row = tensors.get(end).shape();
    int given = row.get(row.size() - 1);
    if (row.get(0) != 1 || tensors.get(end).elements() != given) {
      throw faults.unsupported("gives %s, not one row of classes".formatted(row));
    }
    TfliteNetwork network =
        new TfliteNetwork(tensors, needed(end), input, end, featuresOf(giverOf(end)), faults);
    if (given == classes + 1) {
      return network.withoutBackground();
    }
    if (given != classes) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s knows %,d classes, but there are %,d labels."
              .formatted(faults.file(), given, classes));
    }
    return network;
  }

  /** What a layer reads that makes the logits of it alone. */
  private OptionalInt featuresOf(@Nullable Operation last) {
    if (!(last instanceof FullyConnected) && !(last instanceof Convolution)) {
      return OptionalInt.empty();
    }
    int read = last.inputs().get(0);
    TensorInfo info = tensors.get(read);
    boolean isRow =
        last instanceof FullyConnected || info.elements() == info.size(info.shape().size() - 1);
    return isRow && info.elements() <= MOST_FEATURES ? OptionalInt.of(read) : OptionalInt.empty();
  }

  private @Nullable Operation giverOf(int tensor) {
    return operations.stream().filter(it -> it.output() == tensor).findFirst().orElse(null);
  }

  /** The operations that a tensor depends on. */
  private List<Operation> needed(int tensor) {
    Set<Integer> asked = new HashSet<>(Set.of(tensor));
    List<Operation> needed = new ArrayList<>();
    for (int i = operations.size() - 1; i >= 0; i--) {
      if (asked.contains(operations.get(i).output())) {
        needed.add(operations.get(i));
        asked.addAll(operations.get(i).inputs());
      }
    }
    Collections.reverse(needed);
    return needed;
  }

  /** Of the last layer, which nothing else may use. */
  private TfliteNetwork withoutBackground() {
    @Nullable Operation last = giverOf(output);
    List<Operation> changed = new ArrayList<>(operations);
    if (last instanceof Convolution it && it.rows().kernel() * it.columns().kernel() == 1) {
      changed.set(
          changed.size() - 1,
          new Convolution(
              it.input(),
              output,
              it.weights().withoutFirst(),
              it.rows(),
              it.columns(),
              it.activation()));
    } else if (last instanceof FullyConnected it) {
      changed.set(
          changed.size() - 1,
          new FullyConnected(it.input(), output, it.weights().withoutFirst(), it.activation()));
    } else {
      throw faults.unsupported("has one class more than labels, and no layer that gives them");
    }
    List<TensorInfo> fewer = new ArrayList<>(tensors);
    TensorInfo row = tensors.get(output);
    Integer[] shape = row.shape().toArray(Integer[]::new);
    shape[shape.length - 1]--;
    fewer.set(
        output, new TensorInfo(Arrays.asList(shape), row.type(), row.quantization(), row.data()));
    return new TfliteNetwork(fewer, changed, input, output, features, faults);
  }

  /** After which operation each tensor is not needed any more. */
  Map<Integer, Integer> lastUses() {
    Map<Integer, Integer> last = new HashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      for (int used : operations.get(i).inputs()) {
        last.put(used, i);
      }
    }
    return last;
  }

  /** How many values are needed at once, at most. */
  long mostLive() {
    Map<Integer, Integer> last = lastUses();
    long live = tensors.get(input).elements();
    long most = live;
    for (int i = 0; i < operations.size(); i++) {
      live += tensors.get(operations.get(i).output()).elements();
      most = Math.max(most, live);
      for (int used : Set.copyOf(operations.get(i).inputs())) {
        live -= last.getOrDefault(used, i) == i ? tensors.get(used).elements() : 0;
      }
    }
    return most;
  }
}
