package dev.wwts.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What the figures of a run have to reach, beside each other and beside Python's on the card. */
final class Goals {
  private static final double MOST_OWN_MICROS = 30;

  /** Hundreds of launches are what graphs are for; the others only must not lose by them. */
  private static final String MANY_LAUNCHES = "resnest101";

  private static final double LEAST_GAIN_OF_MANY = 3;
  private static final double LEAST_SAVING = 0.4;

  /** The published table's figure for an RTX 3060, which stands beside ours. */
  private static final double ARTICLE_GB = 5.2;

  private final Device device;
  private final Path python;
  private final Map<String, Measured> measured = new HashMap<>();

  /** Medians of calls from pixels, in microseconds. */
  private record Measured(double wall, double own) {}

  /**
   * @param python what gpu_reference.py wrote; need not be there
   */
  Goals(Device device, Path python) {
    this.device = device;
    this.python = python;
  }

  /** Leaves a check out where the device is no card. */
  void needsCard() {
    if (device.kind() != Device.Kind.CUDA) {
      throw new Checks.Skip("needs a card");
    }
  }

  void measured(String model, boolean graphs, double wall, double own) {
    measured.put(key(model, graphs), new Measured(wall, own));
  }

  boolean ownShare(String model, ObjectNode figures) {
    needsCard();
    double own = of(model, true).own();
    figures.put("p50 us", own).put("most", MOST_OWN_MICROS);
    return own < MOST_OWN_MICROS;
  }

  boolean graphAgainstEager(String model, ObjectNode figures) {
    double gain = of(model, false).wall() / of(model, true).wall();
    double least = model.startsWith(MANY_LAUNCHES) ? LEAST_GAIN_OF_MANY : 1;
    figures.put("graph us", of(model, true).wall()).put("eager us", of(model, false).wall());
    figures.put("times as fast", gain).put("least", least);
    needsCard();
    return gain >= least;
  }

  boolean notSlower(String model, ObjectNode figures) throws IOException {
    JsonNode compiled = python().path("models").path(model).path("compile fp16");
    if (compiled.has("skipped")) {
      throw new Checks.Skip("Python: " + compiled.get("skipped").asText());
    }
    JsonNode theirs = compiled.path("from pixels p50 us");
    if (!theirs.isNumber()) {
      throw new Checks.Skip("no figures of Python's in " + python);
    }
    double ours = of(model, true).wall();
    figures.put("graph us", ours).put("torch.compile us", theirs.asDouble());
    figures.put("network", compiled.path("network").asText());
    needsCard();
    return ours <= theirs.asDouble();
  }

  /** Weights and the most beyond them, in FP32 and FP16; cards' own share is the same in both. */
  boolean halfMemory(Path model, byte[] picture, ObjectNode figures) {
    needsCard();
    long single = peak(model, Precision.FP32, picture, figures.putObject("fp32"));
    long half = peak(model, Precision.FP16, picture, figures.putObject("fp16"));
    double saving = 1 - (double) half / single;
    figures.put("saves", saving).put("least", LEAST_SAVING).put("the article's GB", ARTICLE_GB);
    return saving >= LEAST_SAVING;
  }

  private long peak(Path model, Precision precision, byte[] picture, ObjectNode figures) {
    try (Recognizer recognizer =
        Recognizer.builder(model).device(device).precision(precision).lanes(1).load()) {
      recognizer.recognize(picture);
      if (recognizer.model().precision() != precision) {
        throw new IllegalStateException("ran in " + recognizer.model().precision());
      }
      DeviceMemory memory = recognizer.memory().orElseThrow();
      GpuCheck.put(figures, memory);
      return memory.weights() + memory.activationsPeak();
    }
  }

  /** Puts Python's figures beside ours. */
  void putPython(ObjectNode root) throws IOException {
    root.set("python", python());
  }

  private JsonNode python() throws IOException {
    JsonMapper json = new JsonMapper();
    return Files.exists(python) ? json.readTree(python.toFile()) : json.createObjectNode();
  }

  private Measured of(String model, boolean graphs) {
    Measured found = measured.get(key(model, graphs));
    if (found == null) {
      throw new Checks.Skip("not measured in this run");
    }
    return found;
  }

  private static String key(String model, boolean graphs) {
    return model + (graphs ? ", graph" : ", eager");
  }
}
