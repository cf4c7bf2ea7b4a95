package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaErrorNotReady;
import static org.bytedeco.cuda.global.cudart.cudaErrorStreamCaptureUnsupported;
import static org.bytedeco.cuda.global.cudart.cudaErrorStreamCaptureWrongThread;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamQuery;

import dev.wwts.DeviceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/** LibTorch's CUDA half and the runtime's presets: loaded once, and what they say of a card. */
public final class CudaRuntime {
  /** The oldest machine code in LibTorch's CUDA build of 2.13. */
  private static final int OLDEST_CARD = 75;

  private CudaRuntime() {}

  /** Loads on first use; the holder's class initialisation is the lock. */
  private static final class Natives {
    static final boolean LOADED;

    static {
      Loader.load(cudart.class);
      Loader.load(torch_cuda.class);
      LOADED = true;
    }

    private Natives() {}
  }

  /**
   * Loads the natives and LibTorch's allocator; later calls return at once.
   *
   * @throws DeviceException if a library is missing; the message names it
   */
  public static void load() {
    try {
      if (Natives.LOADED) {
        // before anything that asks the caching allocator: else "Allocator not initialized"
        Scope.in(() -> torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA));
      }
    } catch (LinkageError e) {
      throw new DeviceException(NoCuda.missingLibrary(LinkErrors.words(e)), e);
    }
  }

  /** Makes {@code device} the calling thread's; it stays so. */
  public static void use(int device) {
    CudaErrors.check(torch_cuda.SetDevice((byte) device), "cudaSetDevice");
  }

  /** Bytes of the card's memory. */
  public static long totalMemory(int device) {
    return Scope.of(() -> torch_cuda.getDeviceProperties((byte) device).totalGlobalMem());
  }

  /**
   * Waits until the current card has done all that was asked of it, and before that until no graph
   * is being captured: waiting for a card would spoil the capture of any of its streams.
   */
  public static void synchronize() {
    CudaGraph.betweenCaptures(torch_cuda::device_synchronize);
  }

  /**
   * That a card does nothing more in this process, as a sentence; empty where it still answers.
   * After a wrong address, an assertion or a launch that failed on the card, and after errors of
   * its memory, every call returns that error, also one that asks for nothing.
   */
  public static String failure(int device) {
    // what an earlier call of this thread has left is not the card's answer
    cudaGetLastError();
    int code = cudaSetDevice(device);
    if (code == 0) {
      code = cudaStreamQuery(null);
    }
    cudaGetLastError();
    boolean captures =
        code >= cudaErrorStreamCaptureUnsupported && code <= cudaErrorStreamCaptureWrongThread;
    return code == 0 || code == cudaErrorNotReady || code == CudaErrors.OUT_OF_MEMORY || captures
        ? ""
        : "The GPU cuda:%d failed (%s, CUDA error %d) and does nothing more in this process: restart the process."
            .formatted(device, CudaErrors.text(code), code);
  }

  /** Why LibTorch's CUDA build has no machine code for a card; empty where it has. */
  public static String tooOld(int device) {
    load();
    return Scope.of(
        () -> {
          cudaDeviceProp card = torch_cuda.getDeviceProperties((byte) device);
          return tooOld(card.name().getString(), card.major(), card.minor());
        });
  }

  /** A card's compute capability, such as 9.0. */
  public static String capability(int device) {
    load();
    return Scope.of(
        () -> {
          cudaDeviceProp card = torch_cuda.getDeviceProperties((byte) device);
          return card.major() + "." + card.minor();
        });
  }

  static String tooOld(String name, int major, int minor) {
    return major * 10 + minor >= OLDEST_CARD
        ? ""
        : "GPU %s is sm_%d%d: this LibTorch runs on sm_%d or newer (GTX 16, RTX 20)"
            .formatted(name, major, minor, OLDEST_CARD);
  }

  /** What is here, for people: the card, CUDA's and cuDNN's versions. */
  public static Map<String, String> facts(int device) {
    load();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("card " + device, Scope.of(() -> card(device)));
    int[] runtime = {0};
    int[] driver = {0};
    cudaRuntimeGetVersion(runtime);
    cudaDriverGetVersion(driver);
    String installed = CudaProbe.driver();
    facts.put("driver", installed == null ? "unknown" : installed);
    facts.put("runtime", version(runtime[0]));
    facts.put("of the driver", version(driver[0]));
    facts.put("cuDNN", Context.versionRuntimeCuDNN() + ", built for " + Context.versionCuDNN());
    return facts;
  }

  /** What makes figures of a card doubtful, a sentence each. */
  public static List<String> warnings(int device) {
    return Nvml.warnings(device);
  }

  private static String card(int device) {
    cudaDeviceProp card = torch_cuda.getDeviceProperties((byte) device);
    return "%s, sm_%d%d, %d multiprocessors, %d MiB"
        .formatted(
            card.name().getString(),
            card.major(),
            card.minor(),
            card.multiProcessorCount(),
            card.totalGlobalMem() >> 20);
  }

  /** CUDA's numbers: 13030 is 13.3. */
  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }
}
