package dev.wwts.report;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.internal.inspect.Installation;
import dev.wwts.internal.model.Sha256;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where and with what a measurement runs. Make it before the measurement: the machine's load is
 * that of this moment.
 *
 * @param facts in their order; values are strings, numbers, lists and maps of these
 * @param warnings what makes figures taken now doubtful, a sentence each
 */
public record Environment(Map<String, Object> facts, List<String> warnings) {
  /** Above this part of its processors a machine has other work. */
  private static final double BUSY = 0.5;

  private static final List<String> VARIABLES =
      List.of(
          "OMP_NUM_THREADS",
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "MKL_NUM_THREADS",
          "OPENBLAS_NUM_THREADS",
          "CUDA_VISIBLE_DEVICES",
          "PYTORCH_CUDA_ALLOC_CONF",
          "PYTORCH_ALLOC_CONF");

  /** Copies them. */
  public Environment {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    warnings = List.copyOf(warnings);
  }

  /**
   * Looks around, and loads LibTorch, which is asked about itself.
   *
   * @param models the files whose SHA-256 is to be among the facts
   */
  public static Environment of(List<Path> models) {
    double load = Machine.load();
    int cores = Runtime.getRuntime().availableProcessors();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("cpu", Machine.cpu());
    facts.put("cores", cores);
    facts.put("memoryBytes", Machine.memory());
    facts.put("os", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
    facts.put("gpu", new LinkedHashMap<>(Installation.cuda()));
    facts.put("jdk", property("java.vendor") + " " + property("java.runtime.version"));
    facts.put("jvm", property("java.vm.name"));
    facts.put("jvmOptions", ManagementFactory.getRuntimeMXBean().getInputArguments());
    facts.put("libTorch", new LinkedHashMap<>(Installation.libTorch()));
    facts.put("variables", variables());
    facts.put("revision", GitRevision.of(Path.of(System.getProperty("wwts.home", ""))));
    facts.put("models", digests(models));
    facts.put("loadAverage", load);
    return new Environment(facts, warnings(load, cores));
  }

  /** Prints facts and warnings for people, a line each; what is empty is left out. */
  public void print(PrintStream out) {
    facts.forEach((name, fact) -> print(out, "", name, fact));
    warnings.forEach(warning -> out.println("WARNING: " + warning));
  }

  private static void print(PrintStream out, String indent, String name, Object fact) {
    boolean isEmpty =
        (fact instanceof Map<?, ?> none && none.isEmpty())
            || (fact instanceof Collection<?> few && few.isEmpty());
    if (isEmpty) {
      return;
    }
    String label = indent + name;
    if (fact instanceof Map<?, ?> map) {
      out.println(label);
      map.forEach((key, value) -> print(out, indent + "  ", String.valueOf(key), value));
    } else if (fact instanceof Collection<?> values) {
      out.printf(
          "%-18s %s%n", label, String.join(" ", values.stream().map(String::valueOf).toList()));
    } else {
      out.printf("%-18s %s%n", label, fact);
    }
  }

  /** Writes facts and warnings as JSON. */
  public void write(Path json) {
    Map<String, Object> all = new LinkedHashMap<>(facts);
    all.put("warnings", warnings);
    writeJson(json, all);
  }

  /** Writes maps, lists, strings, numbers and records as indented JSON. */
  public static void writeJson(Path file, Object value) {
    try {
      Files.writeString(file, json(value) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be written.", e);
    }
  }

  /** The same as a text. */
  public static String json(Object value) {
    try {
      return JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build()
          .writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException("Not to be written as JSON.", e);
    }
  }

  private static List<String> warnings(double load, int cores) {
    List<String> warnings = new ArrayList<>();
    if (isBusy(load, cores)) {
      warnings.add(
          "The machine is busy: load average %.2f on %d cores before the run."
              .formatted(load, cores));
    }
    if (Machine.governor().equals("powersave")) {
      warnings.add("The processor's frequency governor is powersave: its clock may be held down.");
    }
    warnings.addAll(Installation.cudaWarnings());
    return warnings;
  }

  static boolean isBusy(double load, int cores) {
    return load / cores > BUSY;
  }

  private static Map<String, String> variables() {
    Map<String, String> set = new LinkedHashMap<>();
    for (String name : VARIABLES) {
      String value = System.getenv(name);
      if (value != null) {
        set.put(name, value);
      }
    }
    return set;
  }

  private static Map<String, String> digests(List<Path> models) {
    Map<String, String> digests = new LinkedHashMap<>();
    models.forEach(model -> digests.put(model.toString(), Sha256.of(model)));
    return digests;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
