package dev.wwts.benchmarks.peers;

import java.nio.file.Path;

/** One way from a picture's bytes to the five best classes. */
public interface Peer extends AutoCloseable {
  /** The indices of the five best classes, best first. */
  int[] recognize(byte[] picture);

  /** Another on the same network, for a thread of its own. */
  default Peer another() {
    throw new UnsupportedOperationException("This rival is measured by one caller only.");
  }

  @Override
  void close();

  /**
   * Opens one. A process can hold only one of those that bring a LibTorch: wwts and presets share
   * theirs, DJL has another.
   *
   * @param name wwts, presets, djl or onnxruntime
   * @param precision fp32, or bf16 for wwts
   */
  static Peer open(String name, Path model, int threads, String precision) {
    if (!name.equals("wwts") && !precision.equals("fp32")) {
      throw new IllegalArgumentException("Only wwts is measured in " + precision + ".");
    }
    return switch (name) {
      case "wwts" -> new WwtsPeer(model, threads, precision);
      case "presets" -> new PresetsPeer(model, threads);
      case "djl" -> new DjlPeer(model, threads);
      case "onnxruntime" -> new OnnxRuntimePeer(model, threads);
      default -> throw new IllegalArgumentException("No peer is named " + name + ".");
    };
  }
}
