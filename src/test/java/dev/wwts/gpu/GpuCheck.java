package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.image.ScaledPhoto;
import dev.wwts.internal.lane.CropProbe;
import dev.wwts.internal.lane.LaneProbe;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.torch.FilledModels;
import dev.wwts.internal.torch.LibTorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What only a card can show, one line each, and a file of JSON.
 *
 * <pre>GpuCheck MODELS KIT OUT.json</pre>
 *
 * MODELS holds .pt files ({@code x.slim.pt} are filled first), KIT is the models-kit. OUT.json is
 * gone on with. System properties: {@code wwts.check.device} (cuda), {@code wwts.check.calls}
 * (1000), {@code wwts.check.swaps} (100), {@code wwts.check.only} (a regular expression for checks'
 * names), {@code wwts.check.resume} (true: only what has no verdict in the file), {@code
 * wwts.check.seconds} (after which no check begins), {@code wwts.check.python} (what
 * benchmarks/python/gpu_reference.py wrote), {@code wwts.check.kernel} (the exit status of native
 * device_check), {@code wwts.check.trace}. With the device cpu, and on native/test/hostcuda, it
 * rehearses itself: what asks for a card is skipped, and no figure means anything.
 */
public final class GpuCheck {
  private static final int CALLS = Integer.getInteger("wwts.check.calls", 1000);
  private static final int SWAPS = Integer.getInteger("wwts.check.swaps", 100);
  private static final long GIB = 1L << 30;

  private final Place place;
  private final Checks checks;
  private final Path kit;
  private final List<Path> models;
  private final Path mobileNet;
  private final Goals goals;

  private GpuCheck(Path folder, Path kit, Path out) throws IOException {
    this.kit = kit;
    this.models = models(folder);
    this.mobileNet =
        models.stream()
            .filter(path -> path.getFileName().toString().startsWith("mobilenet"))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no mobilenet*.pt in " + folder));
    Device device = Device.parse(System.getProperty("wwts.check.device", "cuda"));
    ObjectNode about = about(device);
    System.out.println("ABOUT " + about);
    this.place = Place.of(device);
    this.checks = new Checks(out, about, place::failure);
    Path python = Path.of(System.getProperty("wwts.check.python", "python.json"));
    this.goals = new Goals(place, checks, python);
  }

  /**
   * Runs all checks; exit code 1 if one in the file failed, in this run or in an earlier one, 3 if
   * the card was lost on the way.
   */
  public static void main(String[] args) throws Exception {
    GpuCheck all = new GpuCheck(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
    all.run();
    all.checks.write();
    System.out.printf(
        "RESULT %d failed, %d skipped; figures in %s%n",
        all.checks.failures(), all.checks.skips(), args[2]);
    System.exit(all.checks.isCardLost() ? 3 : all.checks.failures() == 0 ? 0 : 1);
  }

  private static ObjectNode about(Device device) {
    ObjectNode about = Checks.object();
    about.put("date", Instant.now().toString()).put("device", device.toString());
    about.put("java", Runtime.version().toString()).put("calls", CALLS).put("swaps", SWAPS);
    LibTorch.facts().forEach(about::put);
    LibTorch.cudaFacts().forEach((name, value) -> about.put("CUDA " + name, value));
    return about.put("faults", LibTorch.faults().toString());
  }

  /** What tells most comes first, what takes longest last: a time limit may end it. */
  private void run() {
    Supplier<byte[]> hd = picture(1920, 1080);
    checks.check("device_check", Kernel::deviceCheck);
    checks.check("the kernel preprocesses", figures -> new Kernel(place).isThere(figures));
    checks.check("crops equal the processor's", this::crops);
    Parity parity = new Parity(kit, place);
    for (Precision p : new Precision[] {Precision.FP32, Precision.FP16, Precision.BF16}) {
      checks.check("top-1 as Python, " + p, f -> parity.topOne(mobileNet, p, f));
    }
    Speed speed = new Speed(place, CALLS);
    Vram vram = new Vram(place);
    for (Path model : models) {
      String name = model.getFileName().toString();
      for (boolean graphs : new boolean[] {true, false}) {
        checks.check(
            Speed.fromPixels(name, graphs), f -> speed.fromPixels(model, graphs, hd.get(), f));
      }
      checks.check(name + ": Java's own share under 30 us", f -> goals.ownShare(name, f));
      checks.check(name + ": graph against eager", f -> goals.graphAgainstEager(model, f));
      checks.check(name + ": not slower than torch.compile", f -> goals.notSlower(name, f));
      checks.check(name + ": FP16 saves 40 % of VRAM", f -> vram.halfSaves(model, hd.get(), f));
      for (boolean graphs : new boolean[] {true, false}) {
        checks.check(
            name + (graphs ? ", graph" : ", eager") + ", from bytes",
            f -> speed.fromBytes(model, graphs, hd.get(), f));
      }
    }
    Jpegs jpegs = new Jpegs(place, mobileNet);
    checks.check("nvJPEG beside the processor's decoder", f -> jpegs.beside(jpegs(), f));
    checks.check("nvJPEG, from bytes", f -> jpegs.fromBytes(speed, hd.get(), f));
    checks.check("Python's figures (beside torch.compile)", goals::python);
    Supplier<byte[]> large = picture(4000, 3000);
    Supplier<byte[]> small = picture(640, 480);
    Steadiness steady = new Steadiness(place.device());
    checks.check("a 12 MP picture", f -> steady.largePicture(mobileNet, large.get(), f));
    checks.check("overlapping calls", f -> steady.overlap(mobileNet, hd.get(), f));
    checks.check(
        "warm calls allocate nothing", f -> steady.warmCalls(mobileNet, hd.get(), CALLS, f));
    checks.check("out of memory survived", f -> outOfMemory(hd.get(), f));
    checks.check("a batch that does not fit", f -> steady.split(mobileNet, small.get(), f));
    checks.check(
        "swaps", f -> new Swaps(place).run(models, small.get(), SWAPS, checks::secondsLeft, f));
  }

  /** The same photo at another size; scaled when first asked for. */
  private Supplier<byte[]> picture(int width, int height) {
    byte[][] made = {{}};
    return () -> {
      if (made[0].length == 0) {
        made[0] = ScaledPhoto.jpeg(kit.resolve("photos/coffee.jpg"), width, height);
      }
      return made[0];
    };
  }

  private boolean crops(ObjectNode figures) throws Exception {
    place.needsCuda();
    if (!NativeLibrary.isLoaded()) {
      place.needsArithmetic();
    }
    List<byte[]> pictures = new ArrayList<>();
    for (Path photo : photos()) {
      pictures.add(Files.readAllBytes(photo));
    }
    double largest =
        CropProbe.batchDifference(mobileNet, place.device(), Precision.FP32, false, pictures);
    figures.put("pictures", pictures.size()).put("largest difference in levels", largest);
    // the kernel is Pillow's; LibTorch on the processor is within one level of it, with bicubic two
    boolean bicubic =
        Bundle.describe(mobileNet).manifest().input().interpolation() == Interpolation.BICUBIC;
    return pictures.size() > 20 && largest < (bicubic ? 2.01 : 1.01);
  }

  private boolean outOfMemory(byte[] picture, ObjectNode figures) {
    place.needsCuda();
    int survived = LaneProbe.survived(mobileNet, place.device(), GIB, picture, 100);
    figures.put("budget", GIB).put("times", 100).put("survived", survived);
    return survived == 100;
  }

  /** Also those of the kit's odd kinds. */
  private List<Path> jpegs() throws IOException {
    List<Path> jpegs = new ArrayList<>();
    for (String folder : new String[] {"photos", "photos/hard"}) {
      try (Stream<Path> files = Files.list(kit.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".jpg")).sorted().forEach(jpegs::add);
      }
    }
    return jpegs;
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
