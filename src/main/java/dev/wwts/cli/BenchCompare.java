package dev.wwts.cli;

import dev.wwts.internal.text.Printable;
import dev.wwts.report.Comparison;
import dev.wwts.report.EnvironmentDiff;
import dev.wwts.report.JmhResults;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
        "Holds two results of mvn jmh against each other: the ratio of medians with a 99 %% interval, which takes three processes of each, and what differs between the runs' environments.")
final class BenchCompare implements Callable<Integer> {
  private static final String ROW = "%-26s %-7s %-15s %s%n";

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
    List<JmhResults.Entry> fresh = JmhResults.read(after);
    EnvironmentDiff.of(before, after)
        .forEach(sentence -> out.println("[WARN] " + Printable.line(sentence)));
    out.printf(ROW, "verdict", "b / a", "99 % interval", "benchmark");
    for (JmhResults.Entry entry : fresh) {
      JmhResults.Entry other = old.remove(entry.key());
      if (other == null) {
        out.printf(ROW, "only in b", "", "", Printable.line(entry.key()));
      } else {
        print(out, Comparison.of(other, entry), entry);
      }
    }
    old.keySet().forEach(key -> out.printf(ROW, "only in a", "", "", Printable.line(key)));
    return Wwts.OK;
  }

  private static void print(PrintWriter out, Comparison c, JmhResults.Entry entry) {
    out.printf(
        ROW,
        c.verdict(entry.unit().startsWith("ops")),
        String.format(Locale.ROOT, "%.3f", c.ratio()),
        c.enough() ? String.format(Locale.ROOT, "%.3f to %.3f", c.low(), c.high()) : "",
        Printable.line(entry.key()));
  }
}
