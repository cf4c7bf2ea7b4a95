package dev.wwts.convert.weights;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.weights.Skeleton.Resampling;
import dev.wwts.convert.weights.Skeleton.Wanted;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** A skeleton and a checkpoint that fits it. */
public final class Fitting implements AutoCloseable {
  private static final int SHOWN = 3;
  private static final int LONGEST_NAMES = 100;

  /** Last parts of names that old checkpoints have and nobody needs. */
  private static final Set<String> IDLE =
      Set.of("num_batches_tracked", "relative_position_index", "position_ids", "attn_mask");

  private final Skeleton skeleton;
  private final TensorFile weights;
  private final Set<String> superfluous;
  private long classes;

  Fitting(Skeleton skeleton, TensorFile weights, boolean isStrict) {
    this.skeleton = skeleton;
    this.weights = weights;
    this.superfluous = new TreeSet<>(weights.tensors().keySet());
    superfluous.removeIf(
        name ->
            skeleton.isUnused(name) || IDLE.contains(name.substring(name.lastIndexOf('.') + 1)));
    requireFit(isStrict);
  }

  private void requireFit(boolean isStrict) {
    List<String> missing = new ArrayList<>();
    List<String> other = new ArrayList<>();
    for (Wanted each : skeleton.wanted()) {
      require(each.names(), each.shape(), each.type(), missing, other);
    }
    for (Derived each : skeleton.derived()) {
      require(each.names(), each.shape(), ElementType.F32, missing, other);
    }
    if (!missing.isEmpty() || !other.isEmpty() || (isStrict && !superfluous.isEmpty())) {
      throw new ModelException(
          Reason.UNSUPPORTED,
          "%s is of another network:%s%s%s."
              .formatted(
                  weights,
                  named(" without", missing),
                  named(" with another", other),
                  named(" with", List.copyOf(superfluous))));
    }
  }

  private void require(
      List<String> names,
      List<Long> shape,
      ElementType type,
      List<String> missing,
      List<String> other) {
    String name = name(names);
    names.forEach(superfluous::remove);
    StoredTensor there = weights.tensors().get(name);
    if (there == null) {
      missing.add(name);
    } else if (!there.type().becomes(type) || !isOf(there.shape(), shape)) {
      other.add(name);
    }
  }

  /** The name of those that the checkpoint has; the first where it has none. */
  private String name(List<String> names) {
    return names.stream().filter(weights.tensors()::containsKey).findFirst().orElse(names.get(0));
  }

  private boolean isOf(List<Long> there, List<Long> wanted) {
    boolean isOf = there.size() == wanted.size();
    for (int i = 0; isOf && i < wanted.size(); i++) {
      long size = there.get(i);
      if (wanted.get(i) == Skeleton.CLASSES) {
        isOf = size > 0 && size <= Integer.MAX_VALUE && (classes == 0 || classes == size);
        classes = size;
      } else {
        isOf = size == wanted.get(i);
      }
    }
    return isOf;
  }

  private static String named(String what, List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.isEmpty()
        ? ""
        : "%s %s (%d)".formatted(what, Printable.line(shown, LONGEST_NAMES), names.size());
  }

  /** How many classes the checkpoint's last layer has. */
  public int classes() {
    return Math.toIntExact(classes);
  }

  /**
   * The number that a tensor of the checkpoint is which the network itself does not have.
   *
   * @throws ModelException if there is none of that name, or it is not one number
   */
  public float number(String name) throws IOException {
    StoredTensor tensor = weights.tensors().get(name);
    if (tensor == null || !tensor.type().becomes(ElementType.F32) || tensor.elements() != 1) {
      throw new ModelException(
          Reason.UNSUPPORTED,
          "%s is of another network: without %s, which is one number.".formatted(weights, name));
    }
    return Derived.numbers(weights, name)[0];
  }

  /** How many numbers its weights are. */
  public long parameters() {
    return skeleton.wanted().stream()
        .map(each -> Objects.requireNonNull(weights.tensors().get(name(each.names()))))
        .mapToLong(StoredTensor::elements)
        .sum();
  }

  /** Names of tensors that the network does not know. */
  public List<String> superfluous() {
    return List.copyOf(superfluous);
  }

  /**
   * Writes the model file.
   *
   * @param extra the entries below {@code extra/}: manifest, labels, self-test
   * @param nested files that are such entries, too, as they are
   * @param out is not there yet
   */
  public void write(
      Map<String, byte[]> extra, Map<String, Path> nested, Resampling resampling, Path out)
      throws IOException {
    try (ArchiveWriter archive = new ArchiveWriter(out)) {
      for (Map.Entry<String, byte[]> entry : extra.entrySet()) {
        archive.deflated("extra/" + entry.getKey(), entry.getValue());
      }
      for (Map.Entry<String, Path> entry : nested.entrySet()) {
        archive.stored("extra/" + entry.getKey(), new FileBytes(entry.getValue()));
      }
      for (Wanted each : skeleton.wanted()) {
        archive.stored(each.record(), new Elements(weights, name(each.names()), each.type()));
      }
      for (Derived each : skeleton.derived()) {
        byte[] bytes = each.bytes(weights, name(each.names()), resampling);
        archive.stored(each.record(), sink -> sink.accept(bytes));
      }
      skeleton.write(archive, Objects.checkIndex((int) classes, Integer.MAX_VALUE));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
