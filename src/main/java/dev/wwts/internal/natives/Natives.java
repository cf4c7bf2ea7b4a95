package dev.wwts.internal.natives;

import dev.wwts.DeviceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Loads the presets' native libraries, from a folder that nobody else can write. */
public final class Natives {
  private static final Set<String> LOADED = ConcurrentHashMap.newKeySet();

  /** Java says why a class can't be initialised only the first time. */
  private static final Map<String, String> FAILED = new ConcurrentHashMap<>();

  private Natives() {}

  /** What is wrong with system or folder, looked at once; null where nothing is. */
  private static final class Surroundings {
    static final @Nullable String FAULT = fault();

    private static @Nullable String fault() {
      MemoryLimits.initialize();
      String fault = LoadFailure.wrongLibrary(CLibrary.here());
      try {
        return fault == null ? UnpackFolder.fault(folder()) : fault;
      } catch (IOException e) {
        return "There is no folder to unpack native libraries to: neither in the home folder nor in the one for temporary files can one be made. "
            + LoadFailure.ANOTHER_FOLDER;
      }
    }

    private Surroundings() {}
  }

  /**
   * Loads the libraries of a class of the presets.
   *
   * @param name what to call them
   * @param takes bytes of memory that they take, rounded up
   * @throws DeviceException if they can't be loaded here; the message says what to do
   */
  public static void load(Class<?> preset, String name, long takes) {
    String fault = Surroundings.FAULT;
    if (fault != null) {
      throw new DeviceException(fault);
    }
    if (LOADED.contains(name)) {
      return;
    }
    String before = FAILED.get(name);
    if (before != null) {
      throw new DeviceException(before);
    }
    MemoryLimits.require(takes);
    try {
      QuietOpenBlas.initialize();
      // JavaCPP passes over that its own library is missing
      if (Loader.load(preset) == null) {
        throw new UnsatisfiedLinkError("there is none");
      }
      LOADED.add(name);
    } catch (LinkageError e) {
      DeviceException failure = failure(e, name);
      FAILED.put(name, failure.getMessage());
      throw failure;
    }
  }

  /** The sentence for an error that loading ended in. */
  private static DeviceException failure(LinkageError error, String name) {
    try {
      return new DeviceException(
          LoadFailure.sentence(error, name, Loader.getPlatform(), folder()), error);
    } catch (IOException e) {
      error.addSuppressed(e);
      return new DeviceException(name + "'s native library can't be loaded.", error);
    }
  }

  /**
   * Where JavaCPP unpacks native libraries to and loads them from.
   *
   * @throws IOException if there is no such place
   */
  public static Path folder() throws IOException {
    return Loader.getCacheDir().toPath();
  }
}
