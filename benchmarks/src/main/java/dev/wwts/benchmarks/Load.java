package dev.wwts.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processors' time on Linux, in ticks of 1/100 s: of the machine, of this process with the
 * children that it has waited for, and what a host took away from the machine.
 *
 * @param cores the machine's
 */
public record Load(long all, long busy, long steal, long own, int cores) {
  /** From this part of the processors' time on, figures are doubtful. */
  private static final double DOUBTFUL = 0.05;

  /** Fields of /proc/self/stat behind the name: utime, stime, cutime, cstime. */
  private static final int FIRST_OWN = 11;

  /** Now; empty on other systems. */
  public static Optional<Load> now() {
    try {
      List<String> machine = Files.readAllLines(Path.of("/proc/stat"));
      String self = Files.readString(Path.of("/proc/self/stat"));
      int cores = (int) machine.stream().filter(line -> line.matches("cpu[0-9].*")).count();
      return Optional.of(parse(machine.get(0), self, cores));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** From /proc/stat's first line and /proc/self/stat. */
  static Load parse(String machine, String self, int cores) {
    String[] fields = machine.strip().split("\\s+", -1);
    long[] ticks = new long[8];
    long all = 0;
    for (int i = 0; i < ticks.length; i++) {
      ticks[i] = Long.parseLong(fields[i + 1]);
      all += ticks[i];
    }
    long steal = ticks[7];
    // idle and waiting for disks are the fourth and fifth
    long busy = all - ticks[3] - ticks[4] - steal;
    String[] mine = self.substring(self.lastIndexOf(')') + 2).split(" ", -1);
    long own = 0;
    for (int i = FIRST_OWN; i < FIRST_OWN + 4; i++) {
      own += Long.parseLong(mine[i]);
    }
    return new Load(all, busy, steal, own, cores);
  }

  /** What makes figures taken since {@code before} doubtful, a sentence each. */
  public List<String> warnings(Load before) {
    double whole = Math.max(1, all - before.all);
    double others = Math.max(0, (busy - before.busy) - (own - before.own)) / whole;
    double taken = (steal - before.steal) / whole;
    List<String> warnings = new ArrayList<>();
    if (others > DOUBTFUL) {
      warnings.add("other processes took %.1f of %d cores.".formatted(others * cores, cores));
    }
    if (taken > DOUBTFUL) {
      warnings.add("the host took %.1f of %d cores away (steal).".formatted(taken * cores, cores));
    }
    return warnings;
  }
}
