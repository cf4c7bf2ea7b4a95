package dev.wwts.internal.inspect;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.natives.CpuFeatures;
import dev.wwts.internal.natives.Natives;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.torch.LibTorch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The native libraries here and what they find. All but {@link #folder} and {@link #cpuFeatures}
 * load LibTorch, and throw a {@link DeviceException} where that can't be.
 */
public final class Installation {
  private Installation() {}

  /**
   * Where native libraries are unpacked to.
   *
   * @throws IOException if there is no such place
   */
  public static Path folder() throws IOException {
    return Natives.folder();
  }

  /** The processor's instruction sets, by Linux's names; empty where unknown. */
  public static Set<String> cpuFeatures() {
    return CpuFeatures.here();
  }

  /** What LibTorch says of itself. */
  public static Map<String, String> libTorch() {
    return LibTorch.facts();
  }

  /** What there is of CUDA; empty with LibTorch's CPU build. */
  public static Map<String, String> cuda() {
    return LibTorch.cudaFacts();
  }

  /** What makes figures of the cards doubtful, a sentence each. */
  public static List<String> cudaWarnings() {
    return LibTorch.cudaWarnings();
  }

  /** What is wrong with LibTorch, a sentence each; empty where nothing is. */
  public static List<String> faults() {
    return LibTorch.faults();
  }

  /** How LibTorch was built, some lines. */
  public static String build() {
    return LibTorch.build();
  }

  /** The libraries that are loaded, OpenCV's among them, by their paths. */
  public static Collection<String> libraries() {
    new Decoder(Limits.DEFAULT, AlphaMode.DROP).close();
    return LibTorch.libraries();
  }

  /** The device that a wish means here; a {@link DeviceException} says why it is not there. */
  public static Device device(Device wish) {
    return LibTorch.device(wish);
  }
}
