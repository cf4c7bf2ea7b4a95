package dev.wwts.torch;

import dev.wwts.DeviceException;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/** LibTorch's natives: loaded once, and what they say of themselves. */
public final class LibTorch {
  /** JavaCPP prints its warnings on stderr unless told to use the service's log. */
  private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

  private LibTorch() {}

  /**
   * Loads on first use; the holder's class initialisation is the lock.
   *
   * <p>LibTorch's loops run on GNU OpenMP, its matrix products on OpenBLAS, which has threads of
   * its own. OpenMP's idle threads spin for milliseconds on the very cores that OpenBLAS's threads
   * then need: with both, a vision transformer on 2 threads takes more than 4 times as long. So
   * OpenBLAS gets one thread, in the whole process, and {@link OneDnnLinear} takes the large
   * products away from it.
   */
  private static final class Natives {
    static final int DEFAULT_THREADS;

    static {
      if (System.getProperty(JAVACPP_LOGGER) == null) {
        System.setProperty(JAVACPP_LOGGER, "slf4j");
      }
      Loader.load(torch.class);
      openblas.blas_set_num_threads(1);
      DEFAULT_THREADS = torch.get_num_threads();
    }

    private Natives() {}
  }

  /**
   * Loads the natives; later calls return at once.
   *
   * @throws DeviceException if they are not on the class path or can't be loaded here
   */
  public static void load() {
    defaultThreads();
  }

  /** The threads of one forward that LibTorch takes by itself: the processor's cores. */
  static int defaultThreads() {
    try {
      return Natives.DEFAULT_THREADS;
    } catch (LinkageError e) {
      throw new DeviceException(
          "LibTorch's native library can't be loaded for "
              + Loader.getPlatform()
              + ": put org.bytedeco:pytorch with that classifier on the class path ("
              + NativeErrors.firstWords(e)
              + ").",
          e);
    }
  }

  /**
   * Sets the threads of LibTorch's operations in the calling thread: OpenMP keeps the number per
   * thread, so setting it where the model was loaded is not enough.
   */
  static void useThreads(int threads) {
    if (torch.get_num_threads() != threads) {
      torch.set_num_threads(threads);
    }
  }

  private static String presets() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    }
  }

  /**
   * What the natives say of themselves, for people: version, CPU instructions, BLAS, oneDNN,
   * OpenMP.
   */
  public static Map<String, String> facts() {
    load();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version", presets());
    facts.put("capability", torch.get_cpu_capability().getString());
    facts.put("oneDNN", torch.get_mkldnn_version().getString());
    facts.put("BLAS", Context.hasMKL() ? "MKL" : "OpenBLAS");
    facts.put("OpenMP", torch.get_openmp_version().getString());
    facts.put("threads", String.valueOf(defaultThreads()));
    facts.put("CUDA", Context.hasCUDART() ? "in this build" : "not in this build");
    return facts;
  }

  /** How the natives were built, some lines. */
  public static String build() {
    load();
    return torch.show_config().getString().strip();
  }

  /** The native libraries that JavaCPP has loaded in this process, by their paths. */
  public static Collection<String> libraries() {
    load();
    return new TreeSet<>(Loader.getLoadedLibraries().values());
  }

  /** What is wrong with them, a sentence each; empty where nothing is. */
  public static List<String> faults() {
    load();
    return List.of();
  }
}
