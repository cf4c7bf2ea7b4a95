package dev.wwts.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What Linux's files tell of the machine; other systems tell less. */
public final class Machine {
  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path GOVERNOR =
      Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

  private Machine() {}

  /** The processor's name. */
  static String cpu() {
    return after(CPU, "model name");
  }

  /** What Linux says of the processor under a name; empty on other systems. */
  public static Optional<String> cpu(String name) {
    return first(CPU, line -> line.matches(name + "\\s*:.*"));
  }

  /** Bytes of memory; -1 where unknown. */
  static long memory() {
    String text = after(MEMORY, "MemTotal").replace(" kB", "");
    return text.matches("[0-9]{1,15}") ? Long.parseLong(text) << 10 : -1;
  }

  /** Processes that ran or waited for a processor in the last minute; below 0 where unknown. */
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Who sets the processor's clock. */
  static String governor() {
    try {
      return Files.isReadable(GOVERNOR) ? Files.readString(GOVERNOR).strip() : "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** What stands behind the colon of the first line that begins with {@code name}. */
  static String after(Path file, String name) {
    return first(file, line -> line.startsWith(name)).orElse("unknown");
  }

  private static Optional<String> first(Path file, Predicate<String> wanted) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(wanted)
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
