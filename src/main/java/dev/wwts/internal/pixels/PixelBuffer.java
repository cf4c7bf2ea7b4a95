package dev.wwts.internal.pixels;

/**
 * Where decoded pixels go. The decoder asks once a picture and writes only there; the owner decides
 * what memory it is (pinned memory for a GPU, a plain {@link NativeBuffer} for a CPU) and frees it.
 */
@FunctionalInterface
public interface PixelBuffer {
  /**
   * The address of at least {@code bytes} writable bytes, at least 1. What an earlier call returned
   * need not be valid any more.
   */
  long reserve(long bytes);
}
