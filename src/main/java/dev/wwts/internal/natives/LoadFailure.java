package dev.wwts.internal.natives;

import dev.wwts.internal.text.Printable;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why native libraries can't be loaded, a sentence and what to do. */
final class LoadFailure {
  /** What helps against every fault of the folder. */
  static final String ANOTHER_FOLDER =
      "Name a folder of your own with -Dorg.bytedeco.javacpp.cachedir=FOLDER.";

  /** What all libraries together need, rounded up. */
  private static final long ROOM = 500L << 20;

  private static final int GLIBC_MAJOR = 2;
  private static final int GLIBC_MINOR = 35;
  private static final int MOST_OF_ERROR = 120;

  private static final String NEEDS =
      "The native libraries need glibc 2.35 and GLIBCXX_3.4.30 or newer, ";
  private static final String SYSTEMS =
      ": use Debian 12, Ubuntu 22.04 or newer, or a container of these.";

  private static final Pattern CUDA_LIBRARY =
      Pattern.compile("\\blib(cu|nv|nccl)\\w*\\.so|\\b(cu|nv)\\w+64_\\d+\\.dll");
  private static final Pattern MISSING =
      Pattern.compile("cannot open shared object file|No space left|Disk quota|file too short");
  private static final Pattern OLD =
      Pattern.compile("version `(GLIBC|GLIBCXX|CXXABI)_[0-9.]+' not found");
  private static final Pattern MUSL =
      Pattern.compile("musl|Error (relocating|loading shared library)|ld-linux-x86-64");
  private static final Pattern NO_CODE = Pattern.compile("failed to map segment");
  private static final Pattern FORBIDDEN =
      Pattern.compile("Operation not permitted|Permission denied|executable stack");

  private LoadFailure() {}

  /** What is wrong with a C library; null if nothing is, or nothing is known of it. */
  static @Nullable String wrongLibrary(CLibrary here) {
    if (here.name().equals("musl")) {
      return NEEDS + "and this system's C library is musl (Alpine)" + SYSTEMS;
    }
    return here.isOlderThan(GLIBC_MAJOR, GLIBC_MINOR)
        ? NEEDS + "and this system has glibc " + here.version() + SYSTEMS
        : null;
  }

  /** The sentence for an error. */
  static String sentence(LinkageError error, String name, String platform, Path folder) {
    return sentence(words(error), name, platform, folder, folder.toFile().getUsableSpace());
  }

  /**
   * The same for the loader's words.
   *
   * @param room bytes left in the folder
   */
  static String sentence(String words, String name, String platform, Path folder, long room) {
    String fault = name + "'s native library can't be loaded for " + platform + ": ";
    if (OLD.matcher(words).find()) {
      return NEEDS + "which this system has not" + SYSTEMS + excerpt(words);
    }
    if (MUSL.matcher(words).find()) {
      return NEEDS + "and this system seems to have musl" + SYSTEMS + excerpt(words);
    }
    if (words.contains("already loaded in another classloader")) {
      return fault
          + "another class loader has it, and Java allows one only. Put JavaCPP and its presets where all applications share them (README, Limits).";
    }
    if (NO_CODE.matcher(words).find()) {
      return fault + folder + " is on a file system mounted noexec. " + ANOTHER_FOLDER;
    }
    if (CUDA_LIBRARY.matcher(words).find()) {
      return fault
          + "its CUDA build needs CUDA 13 and cuDNN 9: install them or add org.bytedeco:cuda-platform-redist"
          + excerpt(words);
    }
    if (words.contains("No space left") || (MISSING.matcher(words).find() && room < ROOM)) {
      return "%s%s has no room to unpack it, which takes %,d MB (%,d are left). Make room, or name another folder with -Dorg.bytedeco.javacpp.cachedir=FOLDER."
          .formatted(fault, folder, ROOM >> 20, room >> 20);
    }
    if (FORBIDDEN.matcher(words).find()) {
      return fault
          + "the system forbids running code from "
          + folder
          + " (SELinux, AppArmor, seccomp?). "
          + ANOTHER_FOLDER;
    }
    return fault + "put its jar with that classifier on the class path" + excerpt(words);
  }

  /** The sentence where a model's machine code can't be unpacked. */
  static String unwritable(String model, String words, Path folder, long bytes) {
    boolean isFull = words.contains("No space left") || words.contains("Disk quota");
    return isFull
        ? "%s: %s has no room for its machine code, %,d MB (%,d are left). Make room, or name another folder with -Dorg.bytedeco.javacpp.cachedir=FOLDER."
            .formatted(
                model, folder.getParent(), bytes >> 20, folder.toFile().getUsableSpace() >> 20)
        : "%s: its machine code can't be written to %s (%s). %s"
            .formatted(model, folder.getParent(), Printable.line(words, 60), ANOTHER_FOLDER);
  }

  /** The sentence where the system's loader refuses a model's machine code. */
  static String refused(String model, String words, Path folder) {
    if (OLD.matcher(words).find()) {
      return model
          + ": its machine code needs a newer system than this one: export it again here"
          + excerpt(words)
          + ".";
    }
    if (NO_CODE.matcher(words).find() || FORBIDDEN.matcher(words).find()) {
      return "%s: the system lets no code run from %s (noexec, SELinux?). %s"
          .formatted(model, folder.getParent(), ANOTHER_FOLDER);
    }
    return model
        + ": its machine code can't be loaded: export it again with this torch"
        + excerpt(words)
        + ".";
  }

  private static String excerpt(String words) {
    String line = words.replaceAll("\\s+", " ").strip().replaceAll("\\.$", "");
    String shown =
        line.length() > MOST_OF_ERROR
            ? "..." + line.substring(line.length() - MOST_OF_ERROR)
            : line;
    return " (" + shown + ")";
  }

  /**
   * The system's words, which stand behind JavaCPP's own, that the library is not on
   * java.library.path.
   */
  private static String words(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
