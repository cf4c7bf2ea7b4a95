package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.image.ScaledPhoto;
import dev.wwts.torch.FilledModels;
import dev.wwts.torch.LaneProbe;
import dev.wwts.torch.LibTorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What only a card can show, one line each, and a file of JSON.
 *
 * <pre>GpuCheck MODELS KIT OUT.json</pre>
 *
 * MODELS holds .pt files ({@code x.slim.pt} are filled first), KIT is the models-kit. System
 * properties: {@code wwts.check.device} (cuda), {@code wwts.check.calls} (1000), {@code
 * wwts.check.swaps} (1000), {@code wwts.check.only} (a regular expression for checks' names),
 * {@code wwts.check.python} (what benchmarks/python/gpu_reference.py wrote), {@code
 * wwts.check.trace}. With the device cpu it rehearses itself: what asks for a card is skipped, and
 * no figure means anything.
 */
public final class GpuCheck {
  private static final int CALLS = Integer.getInteger("wwts.check.calls", 1000);
  private static final int SWAPS = Integer.getInteger("wwts.check.swaps", 1000);
  private static final long GIB = 1L << 30;

  private final Device device = Device.parse(System.getProperty("wwts.check.device", "cuda"));
  private final Checks checks = new Checks();
  private final Path kit;
  private final List<Path> models;
  private final Path mobileNet;
  private final Goals goals;

  private GpuCheck(Path folder, Path kit) throws IOException {
    this.kit = kit;
    this.models = models(folder);
    this.mobileNet =
        models.stream()
            .filter(path -> path.getFileName().toString().startsWith("mobilenet"))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no mobilenet*.pt in " + folder));
    this.goals = new Goals(device, Path.of(System.getProperty("wwts.check.python", "python.json")));
  }

  /** Runs all checks; exit code 1 if one failed. */
  public static void main(String[] args) throws Exception {
    GpuCheck all = new GpuCheck(Path.of(args[0]), Path.of(args[1]));
    all.run();
    all.checks.write(Path.of(args[2]));
    System.out.printf(
        "RESULT %d failed, %d skipped; figures in %s%n",
        all.checks.failures(), all.checks.skips(), args[2]);
    System.exit(all.checks.failures() == 0 ? 0 : 1);
  }

  private void run() throws IOException {
    ObjectNode about = checks.root().putObject("about");
    about.put("date", Instant.now().toString()).put("device", device.toString());
    about.put("java", Runtime.version().toString()).put("calls", CALLS).put("swaps", SWAPS);
    LibTorch.facts().forEach(about::put);
    LibTorch.cudaFacts().forEach((name, value) -> about.put("CUDA " + name, value));
    about.put("faults", LibTorch.faults().toString());
    System.out.println("ABOUT " + about);

    byte[] hd = ScaledPhoto.jpeg(kit.resolve("photos/coffee.jpg"), 1920, 1080);
    byte[] large = ScaledPhoto.jpeg(kit.resolve("photos/coffee.jpg"), 4000, 3000);
    Parity parity = new Parity(kit, device);
    checks.check("crops equal the processor's", figures -> crops(figures));
    checks.check("top-1 as Python, fp32", f -> parity.topOne(mobileNet, Precision.FP32, f));
    checks.check("top-1 as Python, fp16", f -> parity.topOne(mobileNet, Precision.FP16, f));
    for (Path model : models) {
      String name = model.getFileName().toString();
      for (boolean graphs : new boolean[] {true, false}) {
        String how = name + (graphs ? ", graph" : ", eager");
        checks.check(how + ", from bytes", f -> fromBytes(model, graphs, hd, f));
        checks.check(how + ", from pixels", f -> fromPixels(model, graphs, hd, f));
      }
      checks.check(name + ": Java's own share under 30 us", f -> goals.ownShare(name, f));
      checks.check(name + ": graph against eager", f -> goals.graphAgainstEager(name, f));
      checks.check(name + ": not slower than torch.compile", f -> goals.notSlower(name, f));
      checks.check(name + ": FP16 saves 40 % of VRAM", f -> goals.halfMemory(model, hd, f));
    }
    goals.putPython(checks.root());
    Steadiness steadiness = new Steadiness(device);
    checks.check("a 12 MP picture", f -> steadiness.largePicture(mobileNet, large, f));
    checks.check("overlapping calls", f -> steadiness.overlap(mobileNet, hd, f));
    checks.check("warm calls allocate nothing", f -> steadiness.warmCalls(mobileNet, hd, CALLS, f));
    checks.check("a batch that does not fit", f -> steadiness.split(mobileNet, hd, f));
    checks.check("out of memory survived", f -> outOfMemory(hd, f));
    checks.check("swaps", f -> steadiness.swaps(models, hd, SWAPS, f));
  }

  private boolean crops(ObjectNode figures) throws Exception {
    goals.needsCard();
    double largest = 0;
    int pictures = 0;
    for (Path picture : photos()) {
      largest = Math.max(largest, LaneProbe.cropDifference(mobileNet, device, picture));
      pictures++;
    }
    figures.put("pictures", pictures).put("largest difference in levels", largest);
    // the processor's path is within one level of Pillow, the kernel is Pillow's
    return pictures > 20 && largest < 1.01;
  }

  private boolean fromBytes(Path model, boolean graphs, byte[] picture, ObjectNode figures) {
    Percentiles total = new Percentiles(CALLS);
    Percentiles behindDecode = new Percentiles(CALLS);
    try (Recognizer recognizer =
        Recognizer.builder(model).device(device).cudaGraphs(graphs).lanes(1).load()) {
      for (int i = -CALLS / 10; i < CALLS; i++) {
        long start = System.nanoTime();
        var answer = recognizer.answer(dev.wwts.Picture.of(picture));
        long nanos = System.nanoTime() - start;
        if (i >= 0) {
          total.add(nanos);
          behindDecode.add(nanos - answer.timings().decode());
        }
      }
      total.put(figures, "total");
      behindDecode.put(figures, "without decode");
      figures.put("precision", recognizer.model().precision().toString());
      figures.put("remarks", recognizer.remarks().toString());
      recognizer.memory().ifPresent(memory -> put(figures, memory));
      String remarks = recognizer.remarks().toString();
      boolean captured = remarks.contains("captured") && !remarks.contains("capture failed");
      return device.kind() != Device.Kind.CUDA
          || (recognizer.model().precision() == Precision.FP16 && (captured || !graphs));
    }
  }

  private boolean fromPixels(Path model, boolean graphs, byte[] picture, ObjectNode figures) {
    Percentiles wall = new Percentiles(CALLS);
    Percentiles own = new Percentiles(CALLS);
    LaneProbe.fromPixels(model, device, graphs, picture, CALLS / 10, CALLS, wall::add, own::add);
    wall.put(figures, "total");
    boolean onCard = device.kind() == Device.Kind.CUDA;
    if (onCard) {
      own.put(figures, "not the card's");
    }
    goals.measured(
        model.getFileName().toString(), graphs, wall.micros(0.5), onCard ? own.micros(0.5) : -1);
    return true;
  }

  private boolean outOfMemory(byte[] picture, ObjectNode figures) {
    goals.needsCard();
    int survived = LaneProbe.survived(mobileNet, device, GIB, picture, 100);
    figures.put("budget", GIB).put("times", 100).put("survived", survived);
    return survived == 100;
  }

  static void put(ObjectNode figures, DeviceMemory memory) {
    figures
        .put("VRAM weights", memory.weights())
        .put("VRAM beyond weights", memory.activationsPeak());
    figures.put("VRAM reserved", memory.reserved()).put("VRAM of the process", memory.process());
  }

  private List<Path> photos() throws IOException {
    try (Stream<Path> files = Files.list(kit.resolve("photos"))) {
      return files.filter(file -> file.toString().matches(".*\\.(jpg|png)")).sorted().toList();
    }
  }

  private static List<Path> models(Path folder) throws IOException {
    List<Path> models = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".pt")).sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".slim.pt")) {
          Path filled = file.resolveSibling(name.replace(".slim.pt", ".pt"));
          if (!Files.exists(filled)) {
            FilledModels.fill(file, filled);
          }
          models.add(filled);
        } else if (!Files.exists(file.resolveSibling(name.replace(".pt", ".slim.pt")))) {
          models.add(file);
        }
      }
    }
    return models;
  }
}
