package dev.wwts.internal.cuda;

import dev.wwts.DeviceException;
import dev.wwts.internal.natives.Natives;
import java.io.IOException;
import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.cufft;
import org.bytedeco.cuda.global.cufile;
import org.bytedeco.cuda.global.cupti;
import org.bytedeco.cuda.global.curand;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.cuda.global.cusparse;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * LibTorch's CPU build and its CUDA build on one class path. JavaCPP takes each library from the
 * CUDA build, and where it can't be loaded from the CPU build: a process that gets parts of both
 * ends, and JavaCPP's cache gets a link from one to the other. So CUDA's libraries are tried first,
 * and where one is missing the CPU build is the only one; and the CUDA build is unpacked before, as
 * its libraries look for each other where JavaCPP unpacks one after the other.
 */
public final class BothBuilds {
  /** What libtorch_cuda, libtorch_cuda_linalg and the CUDA build's libtorch_cpu link to. */
  private static final List<Class<?>> NEEDED =
      List.of(
          cudart.class,
          cupti.class,
          cublas.class,
          cudnn.class,
          cufft.class,
          cufile.class,
          curand.class,
          cusolver.class,
          cusparse.class,
          nccl.class,
          nvrtc.class);

  /** Of the CUDA build, what links to each other. */
  private static final List<String> LINKED =
      List.of("c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch_cuda_linalg", "torch");

  private BothBuilds() {}

  /** On first use; the holder's class initialisation is the lock. */
  private static final class Choice {
    static final @Nullable String MISSING = missing();

    private Choice() {}

    private static @Nullable String missing() {
      for (Class<?> library : NEEDED) {
        try {
          Natives.load(library, library.getSimpleName(), 0);
        } catch (DeviceException e) {
          if (!(e.getCause() instanceof LinkageError error)) {
            // of system or folder: LibTorch meets it too
            return null;
          }
          return passOver(LinkErrors.words(error));
        }
      }
      try {
        for (String name : LINKED) {
          Loader.cacheResource(
              torch.class,
              "/org/bytedeco/pytorch/%s-gpu/%s"
                  .formatted(Loader.getPlatform(), System.mapLibraryName(name)));
        }
      } catch (IOException e) {
        return passOver(String.valueOf(e.getMessage()));
      }
      return null;
    }

    private static String passOver(String why) {
      // JavaCPP's own, not the system's: which folders of a jar it looks into
      Loader.loadProperties().setProperty("platform.extension", "");
      return why;
    }
  }

  /**
   * Whether the CPU build is taken. Asked before LibTorch is loaded, and only where both are there.
   */
  public static boolean isPassedOver() {
    return Choice.MISSING != null;
  }

  /** Why there is no CUDA where the CUDA build is passed over. */
  public static NoCuda finding() {
    return CudaProbe.without(String.valueOf(Choice.MISSING));
  }
}
