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
      case F16 -> Half.of(elements.getShort());
      case BF16 -> Float.intBitsToFloat(elements.getShort() << Short.SIZE);
      default -> throw new IllegalStateException(this + " is no floating type");
    };
  }
}
