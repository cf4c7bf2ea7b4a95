package dev.wwts.convert.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Types of tensors' elements, by the names that safetensors gives them; little-endian. */
enum ElementType {
  F64(8, "Double"),
  F32(4, "Float"),
  F16(2, "Half"),
  BF16(2, "BFloat16"),
  I64(8, "Long"),
  I32(4, "Int"),
  I16(2, "Short"),
  I8(1, "Char"),
  U8(1, "Byte"),
  BOOL(1, "Bool");

  final int bytes;

  /** What torch calls it, before "Storage". */
  private final String torchs;

  ElementType(int bytes, String torchs) {
    this.bytes = bytes;
    this.torchs = torchs;
  }

  static Optional<ElementType> ofStorage(String storage) {
    return Arrays.stream(values())
        .filter(type -> storage.equals(type.torchs + "Storage"))
        .findFirst();
  }

  static Optional<ElementType> of(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether its elements can become those of a skeleton: the same, or float32 of any float. */
  boolean becomes(ElementType wanted) {
    return this == wanted || (wanted == F32 && (this == F64 || this == F16 || this == BF16));
  }

  /** The next element of a floating type as float32, as torch casts it. */
  float next(ByteBuffer elements) {
    return switch (this) {
      case F64 -> (float) elements.getDouble();
      case F32 -> elements.getFloat();
      case F16 -> half(elements.getShort());
      case BF16 -> Float.intBitsToFloat(elements.getShort() << Short.SIZE);
      default -> throw new IllegalStateException(this + " is no floating type");
    };
  }

  /** IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float small = fraction * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    int wide = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
