package dev.wwts.internal.torch;

import org.bytedeco.javacpp.Pointer;

/** Memory that somebody else owns, by its address. */
public final class AddressPointer extends Pointer {
  public AddressPointer(long address) {
    this.address = address;
  }
}
