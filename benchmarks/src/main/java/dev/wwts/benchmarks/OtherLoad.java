package dev.wwts.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What else the machine did while something was measured, on Linux, in ticks of 1/100 s of its
 * processors' time.
 */
public final class OtherLoad {
  /** From this part of the processors' time on, figures are doubtful. */
  private static final double DOUBTFUL = 0.05;

  /** Ticks of all kinds, those of work, this process's with the children that it has waited for, and what a host took away. */
  record Ticks(long all, long busy, long own, long steal, int cores) {
    /** Of /proc/stat's lines and /proc/self/stat. */
    static Ticks parse(List<String> machine, String self) {
      long[] ticks =
          Arrays.stream(machine.get(0).strip().split("\\s+", -1))
              .skip(1)
              .limit(8)
              .mapToLong(Long::parseLong)
              .toArray();
      long all = Arrays.stream(ticks).sum();
      // behind the name: utime, stime, cutime, cstime
      long own =
          Arrays.stream(self.substring(self.lastIndexOf(')') + 2).split(" ", -1))
              .skip(11)
              .limit(4)
              .mapToLong(Long::parseLong)
              .sum();
      int cores = (int) machine.stream().filter(line -> line.matches("cpu[0-9].*")).count();
      // idle and waiting for disks are the fourth and fifth
      return new Ticks(all, all - ticks[3] - ticks[4] - ticks[7], own, ticks[7], cores);
    }

    /** What makes figures taken since {@code before} doubtful, a sentence each. */
    List<String> warnings(Ticks before) {
      double whole = Math.max(1, all - before.all);
      double others = (busy - before.busy - (own - before.own)) / whole;
      double taken = (steal - before.steal) / whole;
      List<String> warnings = new ArrayList<>();
      if (others > DOUBTFUL) {
        warnings.add("other processes took %.1f of %d cores.".formatted(others * cores, cores));
      }
      if (taken > DOUBTFUL) {
        warnings.add(
            "the host took %.1f of %d cores away (steal).".formatted(taken * cores, cores));
      }
      return warnings;
    }
  }

  private final List<Ticks> start = now();

  /** None on other systems. */
  private static List<Ticks> now() {
    try {
      return List.of(
          Ticks.parse(
              Files.readAllLines(Path.of("/proc/stat")),
              Files.readString(Path.of("/proc/self/stat"))));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return List.of();
    }
  }

  /** Tells what makes figures taken since this was made doubtful, a sentence each. */
  public void tell(Consumer<String> warning) {
    for (Ticks before : start) {
      now().forEach(after -> after.warnings(before).forEach(warning));
    }
  }
}
