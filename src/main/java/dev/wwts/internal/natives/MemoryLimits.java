package dev.wwts.internal.natives;

import dev.wwts.DeviceException;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * JavaCPP's limits of native memory, which hold for the whole process and all its libraries: of
 * what its pointers own (maxBytes) and, worse, of all that the process has resident, whoever took
 * it (maxPhysicalBytes, four times the Java heap).
 *
 * <p>JavaCPP's code for a native call that returns an object looks at both, and nothing in its API
 * makes such a call without. Where a limit is reached it collects garbage for a second and then
 * frees the object under native code that frees it again: the process dies. So the second is
 * switched off where this library is the first that uses JavaCPP and nobody has set it; where
 * somebody has, calls are refused before they come near.
 */
public final class MemoryLimits {
  private static final String[] PHYSICAL = {
    "org.bytedeco.javacpp.maxPhysicalBytes", "org.bytedeco.javacpp.maxphysicalbytes"
  };

  /** What a call on a warm lane takes beyond what is asked for, rounded up. */
  private static final long ROOM = 16L << 20;

  /** What pointers own together while a call runs: some objects of a few bytes each. */
  private static final long OWNED = 1L << 20;

  private MemoryLimits() {}

  /** Starts JavaCPP; the properties are afterwards as they were. */
  static void initialize() {
    boolean isUnset = System.getProperty(PHYSICAL[0], System.getProperty(PHYSICAL[1])) == null;
    if (isUnset) {
      System.setProperty(PHYSICAL[0], "0");
    }
    try {
      Pointer.maxPhysicalBytes();
    } finally {
      if (isUnset) {
        System.clearProperty(PHYSICAL[0]);
      }
    }
  }

  /**
   * Makes sure that so many bytes more are within the limits.
   *
   * @throws DeviceException if they are not
   */
  public static void require(long bytes) {
    String fault = fault(bytes);
    if (fault != null) {
      throw new DeviceException(fault);
    }
  }

  /** Whether so many bytes more are within the limits. */
  public static boolean allow(long bytes) {
    return fault(bytes) == null;
  }

  private static @Nullable String fault(long bytes) {
    long most = Pointer.maxPhysicalBytes();
    if (most > 0) {
      long now = Pointer.physicalBytes();
      if (now + bytes + ROOM > most) {
        return sentence("maxPhysicalBytes", most, "the process has %,d MB", now, bytes + ROOM);
      }
    }
    long mostOwned = Pointer.maxBytes();
    long owned = Pointer.totalBytes();
    return mostOwned > 0 && owned + OWNED > mostOwned
        ? sentence("maxBytes", mostOwned, "its pointers own %,d MB", owned, OWNED)
        : null;
  }

  private static String sentence(String name, long most, String has, long now, long more) {
    return "JavaCPP's limit of native memory, %s, is %,d MB, %s and %,d more are needed: start Java with -Dorg.bytedeco.javacpp.%s=0, which is no limit, or a larger heap."
        .formatted(name, most >> 20, has.formatted(now >> 20), more >> 20, name);
  }

  /** The typed refusal where a limit was reached nevertheless; null for any other error. */
  public static @Nullable DeviceException typed(OutOfMemoryError error) {
    String message = String.valueOf(error.getMessage());
    return message.startsWith("Physical memory usage is too high")
            || message.startsWith("Failed to allocate memory within limits")
        ? new DeviceException(
            "JavaCPP's limit of native memory was reached: start Java with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 or a larger heap.",
            error)
        : null;
  }
}
