package dev.wwts.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What Linux says of the processor. */
final class CpuInfo {
  private static final Path FILE = Path.of("/proc/cpuinfo");

  private CpuInfo() {}

  /** What stands behind {@code name} and its colon; empty on other systems. */
  static Optional<String> value(String name) {
    if (!Files.isReadable(FILE)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(FILE).stream()
          .filter(line -> line.matches(name + "\\s*:.*"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
