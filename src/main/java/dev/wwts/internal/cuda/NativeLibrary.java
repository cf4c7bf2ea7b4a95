package dev.wwts.internal.cuda;

import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The optional library with the kernels for preprocessing and ranking: looked for where the system
 * property {@code wwts.native} says (the file or its folder), else in the project's folder {@code
 * build}, else on java.library.path. Without it LibTorch operations do the work.
 */
public final class NativeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
  private static final String NAME = "wwts_preprocess";

  /** Both are understood: the first has no rankings. */
  private static final int OLDEST_ABI = 1;

  private static final int ABI = 2;

  private NativeLibrary() {}

  /** Loads on first use; the holder's class initialisation is the lock. */
  private static final class Loaded {
    static final String FAULT = load();

    private Loaded() {}
  }

  /** Why it can't rank, whatever the card: it is not there, or older; empty where it can. */
  static String rankingFault() {
    if (!isLoaded()) {
      return Loaded.FAULT;
    }
    return NativePreprocess.abiVersion() == ABI ? "" : file() + " is too old to rank";
  }

  /** Whether it is there and fits. */
  public static boolean isLoaded() {
    return Loaded.FAULT.isEmpty();
  }

  /** For people: what preprocesses on the calling thread's current card, and why not the kernel. */
  public static String status() {
    String fault = cardFault();
    return fault.isEmpty() ? "kernel of our own" : "LibTorch operations (" + fault + ")";
  }

  /**
   * Why the kernel can't run on the calling thread's current card: it is not there, or was built
   * for other cards; empty where it can. Loads it onto the card.
   */
  public static String cardFault() {
    if (!isLoaded()) {
      return Loaded.FAULT;
    }
    int code = NativePreprocess.prepare();
    return code == 0 ? "" : NativePreprocess.lastError() + " (" + code + ")";
  }

  private static String load() {
    try {
      String told = System.getProperty("wwts.native", "");
      Path built = Path.of(System.getProperty("wwts.home", "")).resolve("build").resolve(file());
      if (!told.isEmpty()) {
        Path path = Path.of(told);
        path = Files.isDirectory(path) ? path.resolve(file()) : path;
        System.load(path.toAbsolutePath().toString());
      } else if (Files.isRegularFile(built)) {
        System.load(built.toAbsolutePath().toString());
      } else {
        System.loadLibrary(NAME);
      }
      int abi = NativePreprocess.abiVersion();
      return OLDEST_ABI <= abi && abi <= ABI
          ? ""
          : "%s has interface %d, not %d or %d".formatted(file(), abi, OLDEST_ABI, ABI);
    } catch (LinkageError e) {
      LOG.debug("No preprocessing kernel.", e);
      return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  private static String file() {
    return System.mapLibraryName(NAME);
  }
}
