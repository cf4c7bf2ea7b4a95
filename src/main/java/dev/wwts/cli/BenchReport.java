package dev.wwts.cli;

import dev.wwts.internal.text.Printable;
import dev.wwts.report.Report;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wwts bench-report}: the table and the pictures of a stored run. */
@Command(
    name = "bench-report",
    mixinStandardHelpOptions = true,
    description = "Writes the table (S.md) and the pictures (S-*.svg) of a stored run, S.json.")
final class BenchReport implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "S.json", description = "What mvn jmh wrote.")
  private Path results = Path.of("");

  @Override
  public Integer call() {
    Report.write(results)
        .forEach(
            file ->
                spec.commandLine().getOut().println("wrote " + Printable.line(file.toString())));
    return Wwts.OK;
  }
}
