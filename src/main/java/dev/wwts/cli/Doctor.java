package dev.wwts.cli;

import dev.wwts.DeviceMemory;
import dev.wwts.Recognizer;
import dev.wwts.WwtsException;
import dev.wwts.internal.inspect.Installation;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code wwts doctor}: what is here, and what is wrong with it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what this machine offers and what is wrong, a sentence each.")
final class Doctor implements Callable<Integer> {
  private static final Path NVIDIA_DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final List<String> INTERESTING =
      List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--build", description = "Also print how LibTorch was built.")
  private boolean build;

  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description = "Also load this model and say how it runs: layout, kernel, graphs, memory.")
  private @Nullable Path model;

  @Mixin private ModelOptions options = new ModelOptions();

  private final List<String> faults = new ArrayList<>();

  @Override
  public Integer call() {
    line("wwts", Version.text());
    line("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    line("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("processors", Runtime.getRuntime().availableProcessors());
    line("CPU features", cpuFeatures());
    line("NVIDIA driver", firstLine(NVIDIA_DRIVER, "none"));
    try {
      line("natives unpacked to", Installation.folder());
      Installation.libTorch().forEach((name, value) -> line("LibTorch " + name, value));
      Installation.cuda().forEach((name, value) -> line("CUDA " + name, value));
      if (model != null) {
        load(model);
      }
      Installation.libraries().forEach(path -> line("loaded", path));
      faults.addAll(Installation.faults());
      if (build) {
        line("LibTorch build", Installation.build());
      }
    } catch (WwtsException e) {
      faults.add(e.getMessage());
    } catch (IOException e) {
      faults.add("There is no folder to unpack native libraries to: " + e.getMessage());
    } catch (LinkageError e) {
      faults.add("OpenCV's native library can't be loaded: " + e.getMessage() + ".");
    }
    faults.forEach(fault -> line("WRONG", fault));
    if (faults.isEmpty()) {
      spec.commandLine().getOut().println("Nothing is wrong.");
    }
    return faults.isEmpty() ? Wwts.OK : Wwts.FAILED;
  }

  private void load(Path file) {
    try (Recognizer recognizer = options.builder(options.model(file)).load()) {
      line("model", recognizer.model().name());
      line("model runs on", recognizer.model().device() + " " + recognizer.model().precision());
      recognizer.remarks().forEach(remark -> line("model remark", remark));
      recognizer.memory().ifPresent(memory -> line("model GPU memory", memory(memory)));
    }
  }

  private static String memory(DeviceMemory memory) {
    return "weights %d MiB, beyond them at most %d MiB, reserved %d MiB, process %s"
        .formatted(
            memory.weights() >> 20,
            memory.activationsPeak() >> 20,
            memory.reserved() >> 20,
            memory.process() < 0 ? "unknown" : (memory.process() >> 20) + " MiB");
  }

  private static String cpuFeatures() {
    Set<String> here = Installation.cpuFeatures();
    return here.isEmpty()
        ? "unknown"
        : String.join(" ", INTERESTING.stream().filter(here::contains).toList());
  }

  private static String firstLine(Path file, String otherwise) {
    if (!Files.isReadable(file)) {
      return otherwise;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }

  private void line(String name, Object value) {
    String indented =
        value
            .toString()
            .lines()
            .map(Printable::line)
            .collect(Collectors.joining("\n" + " ".repeat(26)));
    spec.commandLine().getOut().printf("%-25s %s%n", name, indented);
  }
}
