package dev.wwts.internal.model;

import static dev.wwts.internal.model.PickleValues.all;
import static dev.wwts.internal.model.PickleValues.require;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import dev.wwts.internal.model.PickleValues.Global;
import dev.wwts.internal.model.PickleValues.Nothing;
import dev.wwts.internal.model.PickleValues.Storage;
import dev.wwts.internal.model.PickleValues.Tensor;
import dev.wwts.internal.model.PickleValues.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * How a tensor may be made of its storage: it must lie within it, at which LibTorch never looks.
 */
final class TensorRules {
  /** What LibTorch's loops can walk. */
  private static final int MOST_DIMENSIONS = 64;

  /** A tensor may repeat its elements (strides of 0), up to this many bytes in all. */
  private static final long MOST_REPEATED = 1L << 26;

  private TensorRules() {}

  /** Storage, offset, sizes, strides, [how it is quantised], requires_grad, hooks, [metadata]. */
  static Tensor tensor(List<Object> args, boolean isQuantized) throws BadPickle {
    int least = isQuantized ? 7 : 6;
    require(
        args.size() == least || (!isQuantized && args.size() == 7 && isMetadata(args.get(6))),
        "has a tensor without all its parts");
    if (args.get(0) instanceof Storage storage
        && args.get(1) instanceof Long offset
        && args.get(least - 2) instanceof Boolean
        && args.get(least - 1) == Nothing.NONE
        && storage.type().isQuantized() == isQuantized) {
      List<Long> sizes = numbers(args.get(2));
      requireInside(storage, offset, sizes, numbers(args.get(3)));
      if (isQuantized) {
        requireScheme(args.get(4), sizes);
      }
      return new Tensor(storage.type(), sizes);
    }
    throw new BadPickle("has a tensor that is not as torch writes it");
  }

  static boolean isMetadata(Object value) {
    if (!(value instanceof Box box) || !box.isDict) {
      return false;
    }
    for (int i = 0; i < box.items.size(); i += 2) {
      boolean isKnown = "conj".equals(box.items.get(i)) || "neg".equals(box.items.get(i));
      if (!isKnown || !(box.items.get(i + 1) instanceof Boolean)) {
        return false;
      }
    }
    return true;
  }

  static void requireInside(Storage storage, long offset, List<Long> sizes, List<Long> strides)
      throws BadPickle {
    String fault = "has a tensor that reaches beyond its storage";
    require(sizes.size() == strides.size() && sizes.size() <= MOST_DIMENSIONS, fault);
    require(
        offset >= 0
            && offset <= storage.count()
            && all(sizes, size -> size >= 0)
            && all(strides, stride -> stride >= 0),
        fault);
    try {
      long last = offset;
      long elements = 1;
      for (int i = 0; i < sizes.size(); i++) {
        long steps = Math.max(0, sizes.get(i) - 1);
        last = Math.addExact(last, Math.multiplyExact(steps, strides.get(i)));
        elements = Math.multiplyExact(elements, sizes.get(i));
      }
      require(elements == 0 || last < storage.count(), fault);
      long most = Math.max(storage.count(), MOST_REPEATED / storage.type().bytes);
      require(elements <= most, "has a tensor that repeats its elements too often");
    } catch (ArithmeticException e) {
      throw (BadPickle) new BadPickle(fault).initCause(e);
    }
  }

  /** Per tensor: scale, zero point; per channel: tensors of them, and the axis. */
  private static void requireScheme(Object scheme, List<Long> sizes) throws BadPickle {
    if (scheme instanceof Tuple tuple
        && !tuple.items().isEmpty()
        && tuple.items().get(0) instanceof Global global) {
      List<Object> parts = tuple.items();
      boolean fits =
          global.name().equals("per_tensor_affine")
              ? parts.size() == 3 && parts.get(1) instanceof Double && parts.get(2) instanceof Long
              : parts.size() == 4
                  && parts.get(1) instanceof Tensor scales
                  && parts.get(2) instanceof Tensor zeros
                  && parts.get(3) instanceof Long axis
                  && axis >= 0
                  && axis < sizes.size()
                  && scales.sizes().equals(List.of(sizes.get(axis.intValue())))
                  && zeros.sizes().equals(scales.sizes());
      if (fits && global.module().equals("torch") && global.name().startsWith("per_")) {
        return;
      }
    }
    throw new BadPickle("has a quantised tensor that is not as torch writes it");
  }

  static List<Long> numbers(Object value) throws BadPickle {
    List<Long> numbers = new ArrayList<>();
    if (value instanceof Tuple tuple) {
      for (Object item : tuple.items()) {
        if (!(item instanceof Long number)) {
          throw new BadPickle("has a size that is no number");
        }
        numbers.add(number);
      }
      return numbers;
    }
    throw new BadPickle("has a tensor without sizes");
  }
}
