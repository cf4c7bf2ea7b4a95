package dev.wwts.convert.tflite;

import dev.wwts.convert.weights.Half;
import java.nio.ByteBuffer;

/** Decodes a file's constants: codes of 8 and 32 bits become the values that they stand for. */
final class Constants {
  private final Faults faults;

  /** Tensors may share their bytes, so that a small file could ask for very much memory. */
  private long left;

  /** Of a file of so many bytes, of which each stands for one value at most. */
  Constants(long bytes, Faults faults) {
    this.left = bytes;
    this.faults = faults;
  }

  /** Plain values, or what 8- and 32-bit codes stand for, in the file's order. */
  float[] reals(TensorInfo tensor) {
    ByteBuffer data = data(tensor);
    Quantization quantization = tensor.quantization();
    ElementType type = tensor.type();
    if (!isPlain(type) && !(isCode(type) && quantization.isThere())) {
      throw faults.unsupported("has weights of type " + type + " without scales");
    }
    float[] values = new float[(int) tensor.elements()];
    int each = 1;
    for (int i = quantization.dimension() + 1; i < tensor.shape().size(); i++) {
      each *= tensor.size(i);
    }
    int scales = quantization.scales().size();
    for (int i = 0; i < values.length; i++) {
      if (isPlain(type)) {
        values[i] = type == ElementType.FLOAT32 ? data.getFloat() : Half.of(data.getShort());
      } else {
        int channel = scales == 1 ? 0 : i / each % scales;
        long code = code(data, type) - quantization.zeros().get(channel);
        values[i] = (float) (code * (double) quantization.scales().get(channel));
      }
      if (!Float.isFinite(values[i])) {
        throw faults.corrupt("a weight is not finite");
      }
    }
    return values;
  }

  /** Whole numbers: axes, sizes of borders. */
  int[] integers(TensorInfo tensor) {
    ByteBuffer data = data(tensor);
    if (tensor.type() != ElementType.INT32) {
      throw faults.unsupported("has axes or borders of type " + tensor.type());
    }
    int[] values = new int[(int) tensor.elements()];
    data.asIntBuffer().get(values);
    return values;
  }

  private ByteBuffer data(TensorInfo tensor) {
    if (!tensor.isConstant()) {
      throw faults.unsupported("computes weights, axes or borders");
    }
    left -= tensor.elements();
    if (left < 0) {
      throw faults.corrupt("it reads the same weights over and over");
    }
    return tensor.data().duplicate().order(tensor.data().order());
  }

  private static boolean isPlain(ElementType type) {
    return type == ElementType.FLOAT32 || type == ElementType.FLOAT16;
  }

  private static boolean isCode(ElementType type) {
    return type.isByte() || type == ElementType.INT32;
  }

  private static long code(ByteBuffer data, ElementType type) {
    return switch (type) {
      case UINT8 -> Byte.toUnsignedInt(data.get());
      case INT8 -> data.get();
      default -> data.getInt();
    };
  }
}
