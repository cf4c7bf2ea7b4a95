package dev.wwts.internal.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The processor's instructions, as Linux names them: what this process may use, all cores alike.
 */
public final class CpuFeatures {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private CpuFeatures() {}

  /** Their names, such as avx2; empty where the system does not say. */
  public static Set<String> here() {
    try {
      return Files.isReadable(CPU_INFO) ? of(CPU_INFO) : Set.of();
    } catch (IOException e) {
      return Set.of();
    }
  }

  static Set<String> of(Path cpuInfo) throws IOException {
    try (Stream<String> lines = Files.lines(cpuInfo)) {
      return lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip().split("\\s+"))
          .map(names -> (Set<String>) new TreeSet<>(Arrays.asList(names)))
          .orElse(Set.of());
    }
  }
}
