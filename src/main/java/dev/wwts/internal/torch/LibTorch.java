package dev.wwts.internal.torch;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.internal.cuda.BothBuilds;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.cuda.NvJpeg;
import dev.wwts.internal.natives.Natives;
import java.io.IOException;
import java.util.ArrayList;
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
  /** What loading it takes, bytes. */
  private static final long MOST_MEMORY = 160L << 20;

  private LibTorch() {}

  /**
   * What is set on first use; the holder's class initialisation is the lock.
   *
   * <p>LibTorch's loops run on GNU OpenMP, its matrix products on OpenBLAS, which has threads of
   * its own. OpenMP's idle threads spin for milliseconds on the very cores that OpenBLAS's threads
   * then need: with both, a vision transformer on 2 threads takes more than 4 times as long. So
   * OpenBLAS gets one thread, in the whole process, and the network's layers, made oneDNN's, take
   * the large products away from it.
   */
  private static final class Loaded {
    static final int PROCESSORS;
    static final int DEFAULT_THREADS;

    static {
      InterpreterErrors.passOn();
      openblas.blas_set_num_threads(1);
      // LibTorch counts the machine's cores, Java those that a container may use
      PROCESSORS = torch.get_num_threads();
      DEFAULT_THREADS = Math.min(PROCESSORS, Runtime.getRuntime().availableProcessors());
    }

    private Loaded() {}
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
  public static int defaultThreads() {
    isCudaBuildPassedOver();
    Natives.load(torch.class, "LibTorch", MOST_MEMORY);
    return Loaded.DEFAULT_THREADS;
  }

  /** The processors that its loops count, also where a container may use fewer. */
  public static int processors() {
    load();
    return Math.max(Loaded.PROCESSORS, Runtime.getRuntime().availableProcessors());
  }

  /** Whether its CUDA build is on the class path too, but can't be loaded here. */
  static boolean isCudaBuildPassedOver() {
    return Builds.BOTH && BothBuilds.isPassedOver();
  }

  /** Looked at once; of CUDA's classes none is touched where there is one build. */
  private static final class Builds {
    static final boolean BOTH = isThere("") && isThere("-gpu") && !isChosen();

    private Builds() {}

    private static boolean isThere(String extension) {
      String platform = Loader.getPlatform() + extension;
      String library = System.mapLibraryName("jnitorch");
      // not of the class: on the module path that finds what stands in its own module only
      ClassLoader loader = torch.class.getClassLoader();
      return loader.getResource("org/bytedeco/pytorch/" + platform + "/" + library) != null;
    }

    /** By -Dorg.bytedeco.javacpp.platform.extension= the CPU build. */
    private static boolean isChosen() {
      return "".equals(Loader.loadProperties().getProperty("platform.extension"));
    }
  }

  /**
   * Sets the threads of LibTorch's operations in the calling thread: OpenMP keeps the number per
   * thread, so setting it where the model was loaded is not enough.
   */
  public static void useThreads(int threads) {
    if (torch.get_num_threads() != threads) {
      torch.set_num_threads(threads);
    }
  }

  /** The version of LibTorch, such as 2.13.0. */
  public static String version() {
    return presets().replaceFirst("-.*", "");
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
    facts.put("CUDA", Devices.isCudaBuild() ? "in this build" : "not in this build");
    return facts;
  }

  /**
   * What there is of CUDA, for people; empty with the CPU build, whose process must load nothing of
   * CUDA.
   */
  public static Map<String, String> cudaFacts() {
    load();
    Map<String, String> facts = new LinkedHashMap<>();
    if (Devices.isCudaBuild() && Devices.cudaFault(0).isEmpty()) {
      int cards = torch.cuda_device_count();
      for (int card = 0; card < cards; card++) {
        facts.putAll(CudaRuntime.facts(card));
      }
      facts.put("preprocessing", NativeLibrary.status());
      facts.put("nvJPEG", NvJpeg.status());
    }
    return facts;
  }

  /**
   * What makes figures of the cards doubtful (other processes, clocks held down), a sentence each;
   * empty with the CPU build.
   */
  public static List<String> cudaWarnings() {
    load();
    List<String> warnings = new ArrayList<>();
    if (Devices.isCudaBuild() && Devices.cudaFault(0).isEmpty()) {
      int cards = torch.cuda_device_count();
      for (int card = 0; card < cards; card++) {
        warnings.addAll(CudaRuntime.warnings(card));
      }
    }
    return warnings;
  }

  /**
   * The device that a wish means here.
   *
   * @throws DeviceException if it is not there; the message says why
   */
  public static Device device(Device wish) {
    load();
    return Devices.choose(wish);
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
    List<String> faults = new ArrayList<>();
    String fault = Devices.expectsCuda() ? Devices.cudaFault(0) : "";
    if (!fault.isEmpty()) {
      faults.add("No CUDA: " + fault + ".");
    }
    if (!torch.hasMKLDNN()) {
      faults.add("LibTorch was built without oneDNN: networks run many times slower.");
    }
    if (torch.get_cpu_capability().getString().equals("DEFAULT")) {
      faults.add("The processor has no AVX2, or LibTorch does not use it: networks run slower.");
    }
    return faults;
  }
}
