package dev.wwts.internal.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Pointer;

/**
 * What memory this process may still take; on systems other than Linux only its own limit is known.
 *
 * @param bytes so many; negative where it has more than it may
 * @param within who leaves so many, as the start of a sentence
 */
public record MemoryLeft(long bytes, String within) {
  private static final Path CONTAINERS = Path.of("/sys/fs/cgroup");
  private static final Path MINE = Path.of("/proc/self/cgroup");
  private static final Path MACHINE = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d{1,15}) kB");

  /**
   * The least of what the limit, the container and the machine leave. Where that is less than is
   * needed, memory that was freed goes back to the system first.
   *
   * @param limit bytes that may be resident, 0: any
   */
  public static MemoryLeft here(long limit, long needed) {
    Natives.load(Pointer.class, "JavaCPP", 0);
    MemoryLeft left = now(limit);
    if (left.bytes() >= needed) {
      return left;
    }
    LibC.trim();
    return now(limit);
  }

  private static MemoryLeft now(long limit) {
    long resident = Pointer.physicalBytes();
    MemoryLeft least = new MemoryLeft(machine(lines(MACHINE)), "the machine has left");
    if (limit > 0) {
      least = least.or(limit - resident, "the limit of " + (limit >> 20) + " MB leaves");
    }
    long container = container(CONTAINERS, lines(MINE));
    return least.or(
        container - resident, "the container's limit of " + (container >> 20) + " MB leaves");
  }

  private MemoryLeft or(long other, String leaves) {
    return other < bytes ? new MemoryLeft(other, leaves) : this;
  }

  /** What the system could give without swapping; as much as one likes where nothing tells. */
  static long machine(List<String> meminfo) {
    for (String line : meminfo) {
      Matcher available = AVAILABLE.matcher(line);
      if (available.matches()) {
        return Long.parseLong(available.group(1)) << 10;
      }
    }
    return Long.MAX_VALUE;
  }

  /** The least limit of the process's control groups and all around them, in either version. */
  static long container(Path mount, List<String> groups) {
    long least = Long.MAX_VALUE;
    for (String line : groups) {
      String[] fields = line.split(":", 3);
      if (fields.length < 3) {
        continue;
      }
      boolean isUnified = fields[1].isEmpty();
      if (!isUnified && !List.of(fields[1].split(",")).contains("memory")) {
        continue;
      }
      Path root = isUnified ? mount : mount.resolve("memory");
      String file = isUnified ? "memory.max" : "memory.limit_in_bytes";
      // inside a container the path may be the host's, or lead out: the mount is the group itself
      Path named = root.resolve(fields[2].substring(1)).normalize();
      Path group = named.startsWith(root) ? named : root;
      for (Path at = group; at != null && at.startsWith(root); at = at.getParent()) {
        least = Math.min(least, limit(at.resolve(file)));
      }
    }
    return least;
  }

  private static long limit(Path file) {
    List<String> lines = lines(file);
    String value = lines.isEmpty() ? "" : lines.get(0).trim();
    return value.matches("\\d{1,18}") ? Long.parseLong(value) : Long.MAX_VALUE;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
