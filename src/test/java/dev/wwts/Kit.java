package dev.wwts;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.pull.Catalogue;
import dev.wwts.pull.ModelFolder;
import dev.wwts.pull.PullListener;
import dev.wwts.pull.Puller;
import dev.wwts.pull.Sources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Test data beside the project, which is not part of it: pictures, weights, and what Pillow and
 * PyTorch answered to them.
 */
public final class Kit {
  private static final Path ROOT = Path.of("..", "shared", "models-kit");

  /**
   * Looks without importing: a torchvision for CUDA beside a torch for CPUs can't be imported by
   * itself, but export.py can use it.
   */
  private static final String HAS_PACKAGES =
      "from importlib.util import find_spec as f; import sys;"
          + "sys.exit(not all(map(f, ('torch', 'torchvision', 'timm', 'safetensors'))))";

  private Kit() {}

  /** The kit's folder; the test is skipped where it is absent. */
  public static Path folder() {
    assumeTrue(Files.isDirectory(ROOT), "skipped: the test data " + ROOT + " are not here");
    return ROOT;
  }

  /** The kit's pictures, in the order of the arrays. */
  public static List<String> files() {
    return lines("golden/files.txt");
  }

  /** How each picture of photos/hard is to be compared: exact, close, colour or no. */
  public static Map<String, String> comparisons() {
    Map<String, String> comparisons = new HashMap<>();
    for (String line : lines("photos/hard/hard.csv")) {
      String[] fields = line.split(",", 3);
      comparisons.put("photos/hard/" + fields[0], fields[1]);
    }
    return comparisons;
  }

  /** The data of a NumPy file, without its header. */
  public static ByteBuffer array(String name) {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(folder().resolve(name)))
              .order(ByteOrder.LITTLE_ENDIAN);
      int header = Short.toUnsignedInt(bytes.getShort(8));
      return bytes.position(10 + header).slice().order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The kit's MobileNetV2, exported by models/export.py; the test is skipped where Python can't.
   */
  public static Path mobileNet() {
    return mobileNet("mobilenetv2.pt");
  }

  /** The same with its features behind the logits. */
  public static Path mobileNetWithFeatures() {
    return mobileNet("mobilenetv2-features.pt", "--embedding");
  }

  private static synchronized Path mobileNet(String name, String... more) {
    Path model = Path.of("target", "kit", name);
    Path weights = folder().resolve("weights/mobilenetv2_100_imagenet.safetensors");
    if (Files.exists(model)) {
      return model;
    }
    try {
      Files.createDirectories(model.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments =
        List.of(
            "models/export.py",
            "timm",
            "--arch",
            "mobilenetv2_100",
            "--arg",
            "pad_type=same",
            "--checkpoint",
            weights.toString(),
            "--labels",
            ROOT.resolve("labels/imagenet_zh.txt").toString(),
            "--mean",
            "0.5",
            "0.5",
            "0.5",
            "--std",
            "0.5",
            "0.5",
            "0.5",
            "--resize",
            "256",
            "--crop",
            "224",
            "--interpolation",
            "bilinear",
            "--out",
            model.toString());
    python(Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new));
    return model;
  }

  /** A model of the catalogue, pulled from the kit's copy of its file. */
  public static synchronized Path pulled(String name) {
    ModelFolder models = new ModelFolder(Path.of("target", "kit", "models"));
    Puller.into(
            models,
            new PullListener() {
              @Override
              public void say(String sentence) {}

              @Override
              public void arrived(long bytes, long of) {}
            })
        .pull(
            Catalogue.read().find(name).orElseThrow(),
            new Sources.Folder(folder().resolve("sources")),
            model -> {});
    return models.file(name);
  }

  /** Runs a script of models; the test is skipped where there is no Python for it. */
  public static void python(String... arguments) {
    String python = System.getenv().getOrDefault("WWTS_PYTHON", "python3");
    assumeTrue(
        run(List.of(python, "-c", HAS_PACKAGES)).isEmpty(),
        "skipped: "
            + python
            + " has not the packages of models/requirements.txt; name one that has in WWTS_PYTHON");
    String failure = run(Stream.concat(Stream.of(python), Stream.of(arguments)).toList());
    if (!failure.isEmpty()) {
      throw new AssertionError(arguments[0] + " failed: " + failure);
    }
  }

  private static List<String> lines(String name) {
    try {
      return Files.readAllLines(folder().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a command printed if it failed, nothing if it did not. */
  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0
          ? ""
          : "exit code not 0: " + output;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
