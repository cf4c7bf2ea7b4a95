package dev.wwts.internal.torch;

import org.bytedeco.javacpp.Pointer;

/** Memory that somebody else owns, by its address. */
final class AddressPointer extends Pointer {
  AddressPointer(long address) {
    this.address = address;
  }
}
