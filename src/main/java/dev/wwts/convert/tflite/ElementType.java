package dev.wwts.convert.tflite;

/** Types of tensors' elements, in the order of their numbers in TFLite's schema. */
enum ElementType {
  FLOAT32(4),
  FLOAT16(2),
  INT32(4),
  UINT8(1),
  INT64(8),
  STRING(0),
  BOOL(1),
  INT16(2),
  COMPLEX64(8),
  INT8(1),
  FLOAT64(8),
  COMPLEX128(16),
  UINT64(8),
  RESOURCE(0),
  VARIANT(0),
  UINT32(4),
  UINT16(2),
  INT4(0),
  BFLOAT16(2);

  final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  static ElementType of(int code, Faults faults) {
    if (code < 0 || code >= values().length) {
      throw faults.unsupported("has a tensor of type " + code);
    }
    return values()[code];
  }

  /** Whether values are codes of 8 bits. */
  boolean isByte() {
    return this == UINT8 || this == INT8;
  }

  /** The smallest code of 8 bits. */
  int least() {
    return this == INT8 ? Byte.MIN_VALUE : 0;
  }
}
