package dev.wwts.cli;

import dev.wwts.report.Comparison;
import dev.wwts.report.JmhResults;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts bench-compare}: two runs of the benchmarks, side by side. */
@Command(
    name = "bench-compare",
    mixinStandardHelpOptions = true,
    description =
        "Holds two results of mvn jmh against each other: the ratio of medians with a 99 %% interval.")
final class BenchCompare implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "a.json", description = "The run to compare with.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "b.json", description = "The run to judge.")
  private Path after = Path.of("");

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, JmhResults.Entry> old = new LinkedHashMap<>();
    JmhResults.read(before).forEach(entry -> old.put(entry.key(), entry));
    out.printf("%-14s %-7s %-15s %s%n", "verdict", "b / a", "99 % interval", "benchmark");
    for (JmhResults.Entry entry : JmhResults.read(after)) {
      JmhResults.Entry other = old.remove(entry.key());
      if (other == null) {
        out.printf("%-38s %s%n", "only in " + after.getFileName(), entry.key());
        continue;
      }
      Comparison c = Comparison.of(other, entry);
      out.printf(
          Locale.ROOT,
          "%-14s %-7.3f %.3f to %.3f  %s%s%n",
          c.verdict(entry.unit().startsWith("ops")),
          c.ratio(),
          c.low(),
          c.high(),
          entry.key(),
          c.enough() ? "" : " (fewer than 3 iterations: the interval is too narrow)");
    }
    old.keySet().forEach(key -> out.printf("%-38s %s%n", "only in " + before.getFileName(), key));
    return Wwts.OK;
  }
}
