package dev.wwts;

import java.util.Locale;

/**
 * Where a model runs: {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:N} or {@code mps}.
 *
 * @param kind the sort of device
 * @param index which one of that sort, from 0
 */
public record Device(Kind kind, int index) {
  /** The sorts of devices. */
  public enum Kind {
    /** CUDA where LibTorch sees a device, else the CPU. */
    AUTO,
    /** The processor. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** Apple silicon's GPU; untested. */
    MPS
  }

  /** CUDA where LibTorch sees a device, else the CPU. */
  public static final Device AUTO = new Device(Kind.AUTO, 0);

  /** The processor. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  /** Checks the index. */
  public Device {
    if (index < 0 || (kind != Kind.CUDA && index != 0)) {
      throw new IllegalArgumentException("No device " + kind + ":" + index + ".");
    }
  }

  /** The GPU with that index, from 0. */
  public static Device cuda(int index) {
    return new Device(Kind.CUDA, index);
  }

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:N} or {@code mps}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Device parse(String text) {
    String name = text.trim().toLowerCase(Locale.ROOT);
    if (name.matches("cuda:[0-9]{1,3}")) {
      return cuda(Integer.parseInt(name.substring(5)));
    }
    return switch (name) {
      case "auto" -> AUTO;
      case "cpu" -> CPU;
      case "cuda" -> cuda(0);
      case "mps" -> new Device(Kind.MPS, 0);
      default ->
          throw new IllegalArgumentException(
              "Unknown device '" + text + "': use auto, cpu, cuda, cuda:N or mps.");
    };
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CUDA ? name + ":" + index : name;
  }
}
