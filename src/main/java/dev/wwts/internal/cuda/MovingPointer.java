package dev.wwts.internal.cuda;

import org.bytedeco.javacpp.Pointer;

/** A pointer that is made once and told where to point each time; it owns nothing. */
final class MovingPointer extends Pointer {
  MovingPointer at(long target) {
    this.address = target;
    return this;
  }
}
