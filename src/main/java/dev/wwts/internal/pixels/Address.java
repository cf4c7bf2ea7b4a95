package dev.wwts.internal.pixels;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A native address dressed as a JavaCPP pointer; it owns nothing and closing it frees nothing. */
public final class Address extends BytePointer {
  private Address(long address, long bytes) {
    super((Pointer) null);
    this.address = address;
    this.limit = bytes;
    this.capacity = bytes;
  }

  /** A pointer to {@code bytes} bytes at {@code address}. */
  static BytePointer of(long address, long bytes) {
    return new Address(address, bytes);
  }

  /**
   * The same memory as a direct buffer. The caller keeps the memory alive as long as the view is
   * used.
   */
  public static ByteBuffer view(long address, int bytes) {
    return new Address(address, bytes).asByteBuffer();
  }
}
