package dev.wwts.internal.natives;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The C library that this process runs on; Java runs on older ones, and on others, than LibTorch.
 *
 * @param name glibc, musl, or empty where unknown
 * @param version such as 2.31; empty where unknown
 */
record CLibrary(String name, String version) {
  static final CLibrary UNKNOWN = new CLibrary("", "");

  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final Pattern MUSL = Pattern.compile("/(?:ld-musl-|libc\\.musl-)[^/]*$");
  private static final Pattern GLIBC = Pattern.compile("(/\\S*/libc(?:-[0-9.]+\\.so|\\.so\\.6))$");
  private static final String BANNER = "GNU C Library ";
  private static final int LONGEST_BANNER = 200;
  private static final Pattern RELEASE = Pattern.compile("^GNU C .* version (\\d+\\.\\d+)");

  /** This process's: that of the libraries mapped into it. */
  static CLibrary here() {
    try {
      return Files.isReadable(MAPPED) ? of(Files.readAllLines(MAPPED)) : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** That of a process with these lines in /proc/self/maps. */
  static CLibrary of(List<String> mapped) throws IOException {
    for (String line : mapped) {
      if (!line.contains("musl") && !line.contains("/libc")) {
        continue;
      }
      if (MUSL.matcher(line).find()) {
        return new CLibrary("musl", "");
      }
      Matcher glibc = GLIBC.matcher(line);
      if (glibc.find()) {
        return new CLibrary("glibc", release(Path.of(glibc.group(1))));
      }
    }
    return UNKNOWN;
  }

  /** The library says its version in a text that it would print if it were run. */
  private static String release(Path library) throws IOException {
    if (!Files.isReadable(library)) {
      return "";
    }
    String text = Files.readString(library, StandardCharsets.ISO_8859_1);
    int banner = Math.max(0, text.indexOf(BANNER));
    Matcher release =
        RELEASE.matcher(text.substring(banner, Math.min(text.length(), banner + LONGEST_BANNER)));
    return release.find() ? release.group(1) : "";
  }

  /** Whether it is a glibc known to be older than {@code major.minor}. */
  boolean isOlderThan(int major, int minor) {
    if (!name.equals("glibc") || version.isEmpty()) {
      return false;
    }
    int dot = version.indexOf('.');
    int first = Integer.parseInt(version.substring(0, dot));
    return first < major
        || (first == major && Integer.parseInt(version.substring(dot + 1)) < minor);
  }
}
