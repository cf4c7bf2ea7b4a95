package dev.wwts.internal.torch;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a network answered, checked: n x classes floating-point numbers. */
public final class Logits {
  private Logits() {}

  /**
   * The output in 32 bits, beyond the caller's pointer scope.
   *
   * @throws ModelException if it is of another shape or kind
   */
  public static Owned<Tensor> checked(Bundle bundle, Tensor output, int n) {
    check(bundle, output, n);
    return new Owned<>(output.to(torch.ScalarType.Float));
  }

  /**
   * Looks at an output's shape and kind, not at its numbers.
   *
   * @throws ModelException if it is not n x classes floating-point numbers, and as many more behind
   *     them as the embedding has
   */
  public static void check(Bundle bundle, Tensor output, int n) {
    Manifest manifest = bundle.manifest();
    int columns = manifest.columns();
    String what =
        manifest
            .embedding()
            .map(
                it ->
                    "logits and embedding (%d and %d)"
                        .formatted(columns - it.length(), it.length()))
            .orElse("logits");
    requireRows(bundle.path(), what, output, n, columns);
  }

  /**
   * Looks at the shape and kind of what a network returned, not at its numbers.
   *
   * @param what what it was to return
   * @throws ModelException if it is not n x columns floating-point numbers
   */
  public static void requireRows(Path file, String what, Tensor output, int n, int columns) {
    String fault = fault(output);
    if (!fault.isEmpty()) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          "%s: the network must return %s as floating-point numbers, but returns %s."
              .formatted(file, what, fault));
    }
    if (output.dim() != 2 || output.size(0) != n || output.size(1) != columns) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          "%s: the network must return %d x %d %s, but returns %s."
              .formatted(file, n, columns, what, shape(output)));
    }
  }

  /** What a tensor is that is not an array of floating-point numbers; empty if it is one. */
  private static String fault(Tensor output) {
    if (!output.defined()) {
      return "nothing";
    }
    if (output.is_nested()) {
      return "a nested tensor";
    }
    // numbers are compared, as intern() copies all of an enum's constants at each call
    if (output.layout().value != torch.Layout.Strided.value) {
      return "a sparse or packed tensor";
    }
    torch.ScalarType type = output.scalar_type();
    if (!isFloating(type.value)) {
      return "a tensor of " + type.intern();
    }
    return output.is_meta() ? "a tensor without numbers" : "";
  }

  private static boolean isFloating(byte type) {
    return type == torch.ScalarType.Float.value
        || type == torch.ScalarType.Half.value
        || type == torch.ScalarType.BFloat16.value
        || type == torch.ScalarType.Double.value;
  }

  /** The first {@code n} rows of values that lie in the host's memory, contiguous. */
  public static float[][] rows(Tensor values, int n) {
    int classes = (int) values.size(1);
    float[][] rows = new float[n][classes];
    for (int i = 0; i < n; i++) {
      values.data_ptr_float().position((long) i * classes).get(rows[i]);
    }
    return rows;
  }

  private static String shape(Tensor tensor) {
    StringBuilder text = new StringBuilder();
    for (long i = 0; i < tensor.dim(); i++) {
      text.append(i == 0 ? "" : " x ").append(tensor.size(i));
    }
    return text.length() == 0 ? "a single number" : text.toString();
  }
}
