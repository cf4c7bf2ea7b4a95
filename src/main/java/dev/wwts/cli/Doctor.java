package dev.wwts.cli;

import dev.wwts.DeviceException;
import dev.wwts.torch.LibTorch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code wwts doctor}: what is here, and what is wrong with it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what this machine offers and what is wrong, a sentence each.")
final class Doctor implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final List<String> faults = new ArrayList<>();

  @Override
  public Integer call() {
    line("wwts", Version.text());
    line("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    line("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("processors", Runtime.getRuntime().availableProcessors());
    try {
      LibTorch.facts().forEach((name, value) -> line("LibTorch " + name, value));
    } catch (DeviceException e) {
      faults.add(e.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    if (faults.isEmpty()) {
      out.println("Nothing is wrong.");
      return Wwts.OK;
    }
    faults.forEach(fault -> out.println("WRONG: " + fault));
    return Wwts.FAILED;
  }

  private void line(String name, Object value) {
    String indented = value.toString().replace("\n", "\n" + " ".repeat(26));
    spec.commandLine().getOut().printf("%-25s %s%n", name, indented);
  }
}
