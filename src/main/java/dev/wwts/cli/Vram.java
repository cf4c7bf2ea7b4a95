package dev.wwts.cli;

import dev.wwts.Device;
import dev.wwts.internal.inspect.CardMemory;
import dev.wwts.internal.inspect.Installation;
import dev.wwts.internal.inspect.MemoryMeter;
import dev.wwts.internal.inspect.WholeBatches;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import dev.wwts.report.Environment;
import dev.wwts.report.LineChart;
import dev.wwts.report.Pickle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wwts vram}: where the memory goes. */
@Command(
    name = "vram",
    mixinStandardHelpOptions = true,
    description = "Runs a model and says where the GPU's memory goes; on a CPU, the process's.")
final class Vram implements Callable<Integer> {
  private static final int RUNS = 4;
  private static final int MOST = 4096;

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE",
      description = "Pictures to run; noise of 256 x 256 pixels if not given.")
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description = "The model file, or a pulled model's name; models/default.pt if not given.")
  private @Nullable Path model;

  @Option(
      names = "--batches",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "1,4,8",
      description = "Batch sizes (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches = new ArrayList<>();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "0",
      description = "Go on that long after a few runs each (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "wwts-vram",
      description = "Where the files go (default: ${DEFAULT-VALUE}).")
  private Path folder = Path.of("");

  @Mixin private Output output = new Output();

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Integer call() {
    if (batches.stream().anyMatch(n -> n < 1 || n > MOST) || !(minutes >= 0)) {
      throw new IllegalArgumentException(
          "--batches must be from 1 to " + MOST + ", --minutes from 0.");
    }
    Path file = options.model(model);
    try (Bundle bundle = options.bundle(file)) {
      return report(file, bundle);
    }
  }

  private int report(Path file, Bundle bundle) {
    Device device = Installation.device(options.device());
    boolean card = device.kind() == Device.Kind.CUDA;
    if (options.hasBudget() && !card) {
      throw new IllegalArgumentException(
          "--budget limits a GPU's memory; the model would run on the CPU, which has no such"
              + " limit.");
    }
    Map<String, Object> report = new LinkedHashMap<>();
    Environment environment = Environment.of(List.of(file));
    environment.warnings().forEach(this::warn);
    List<ByteBuffer> pictures = VramPictures.read(inputs);
    createFolder();
    MemoryMeter meter = card ? new CardMemory(device.index()) : new ResidentMemory();
    try (MemoryTimeline timeline = new MemoryTimeline(meter)) {
      measure(bundle, device, meter, pictures, report);
      timeline.stop();
      Environment.writeJson(folder.resolve("timeline.json"), timeline.samples());
      draw(timeline, card, bundle.manifest().name() + " on " + device);
    }
    report.put("largestBatch", card ? "not searched for yet" : "n/a on a CPU");
    report.put("environment", environment.facts());
    report.put("warnings", environment.warnings());
    // before the search, which runs the card out of memory on purpose: what is measured is kept
    Environment.writeJson(folder.resolve("report.json"), report);
    boolean isSearched = !card || search(file, device, pictures, report);
    Environment.writeJson(folder.resolve("report.json"), report);
    print(report, card);
    return isSearched ? Wwts.OK : Wwts.FAILED;
  }

  private boolean search(
      Path file, Device device, List<ByteBuffer> pictures, Map<String, Object> report) {
    // read again: the first load has let its content go
    try (Bundle bundle = options.bundle(file)) {
      report.put("largestBatch", largest(bundle, device, pictures));
      return true;
    } catch (RuntimeException e) {
      report.put("largestBatch", "unknown");
      warn("The search for the largest batch failed: " + e.getMessage());
      return false;
    }
  }

  private void measure(
      Bundle bundle,
      Device device,
      MemoryMeter meter,
      List<ByteBuffer> pictures,
      Map<String, Object> report) {
    boolean card = device.kind() == Device.Kind.CUDA;
    long before = meter.allocated();
    try (WholeBatches runner =
        new WholeBatches(bundle, options.engine(device, batches), pictures)) {
      long loaded = meter.allocated();
      long most = loaded;
      Map<String, Long> activations = new LinkedHashMap<>();
      for (int n : batches) {
        meter.resetPeak();
        long resting = card ? meter.allocated() : loaded;
        for (int run = 0; run < RUNS; run++) {
          runner.run(n);
        }
        most = Math.max(most, meter.peak());
        activations.put(String.valueOf(n), Math.max(0, meter.peak() - resting));
      }
      meter.resetPeak();
      long end = System.nanoTime() + (long) (minutes * 60e9);
      for (int i = 0; System.nanoTime() < end; i++) {
        runner.run(batches.get(i % batches.size()));
      }
      most = Math.max(most, meter.peak());
      report.put("model", bundle.manifest().name());
      report.put("device", device.toString());
      report.put("precision", runner.precision().toString());
      report.put("activationsOfBatches", activations);
      report.put("ledger", ledger(meter, before, loaded, most).lines());
      report.put("remarks", runner.remarks());
    }
  }

  private VramLedger ledger(MemoryMeter meter, long before, long loaded, long most) {
    if (!(meter instanceof CardMemory card)) {
      return VramLedger.resident(before, loaded, most);
    }
    CardMemory.History history = card.history();
    write(history);
    long reserved = card.reserved();
    long process = card.process();
    long everyone = card.everyone();
    return VramLedger.card(
        new VramLedger.Readings(
            loaded - before,
            most - before,
            card.freeWorkspaces(),
            history.graphPools(),
            reserved,
            process,
            everyone));
  }

  private void write(CardMemory.History history) {
    try {
      Files.write(folder.resolve("snapshot.pickle"), Pickle.of(history.forViewer()));
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " can't be written.", e);
    }
  }

  /** A model of its own, without graphs: kept batches would take the room of larger ones. */
  private int largest(Bundle bundle, Device device, List<ByteBuffer> pictures) {
    Settings eager = options.engine(device, List.of()).cudaGraphs(false);
    try (WholeBatches runner = new WholeBatches(bundle, eager, pictures)) {
      return BatchSearch.largest(MOST, runner::fits);
    }
  }

  private void draw(MemoryTimeline timeline, boolean card, String title) {
    try {
      LineChart.write(
          folder.resolve("timeline.svg"),
          title,
          new LineChart.Axes("seconds since the start", "memory, MiB", false),
          timeline.series(card));
    } catch (LinkageError | InternalError e) {
      warn(LineChart.unavailable(e));
    }
  }

  private void print(Map<String, Object> report, boolean card) {
    if (output.isJson()) {
      output.out().println(Environment.json(report));
      return;
    }
    line(
        "model",
        report.get("model") + " (" + report.get("device") + " " + report.get("precision") + ")");
    if (!card) {
      line("measured", "the process's resident memory, not a GPU's");
    }
    table(report.get("ledger"), "");
    table(report.get("activationsOfBatches"), "activations, batch ");
    line("largest batch", report.get("largestBatch"));
    line("files", folder);
  }

  private void table(@Nullable Object lines, String prefix) {
    if (lines instanceof Map<?, ?> map) {
      map.forEach((name, bytes) -> line(prefix + name, size((Long) bytes)));
    }
  }

  private String size(long bytes) {
    return bytes < 0 ? "n/a" : String.format(Locale.ROOT, "%,10.1f MiB", bytes / 1048576.0);
  }

  private void line(String name, @Nullable Object value) {
    output.out().printf("%-22s %s%n", Printable.line(name), Printable.line(String.valueOf(value)));
  }

  private void warn(String sentence) {
    output.err().println("[WARN] " + Printable.line(sentence));
  }

  private void createFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IllegalArgumentException("The folder " + folder + " can't be made.", e);
    }
  }
}
