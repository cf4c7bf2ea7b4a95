package dev.wwts.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.internal.model.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the figures of a run have to reach, beside each other and beside Python's on the card. They
 * are taken from the file of JSON, so that they may be an earlier command's.
 */
final class Goals {
  private static final double MOST_OWN_MICROS = 30;
  private static final double LEAST_GAIN_OF_MANY = 3;

  private final Place place;
  private final Checks checks;
  private final Path python;

  /**
   * @param python what gpu_reference.py wrote; need not be there
   */
  Goals(Place place, Checks checks, Path python) {
    this.place = place;
    this.checks = checks;
    this.python = python;
  }

  boolean ownShare(String model, ObjectNode figures) {
    double own = of(model, true, "own p50 us");
    figures.put("p50 us", own).put("most", MOST_OWN_MICROS);
    place.needsArithmetic();
    return own < MOST_OWN_MICROS;
  }

  boolean graphAgainstEager(Path model, ObjectNode figures) {
    String name = model.getFileName().toString();
    double graph = of(name, true, "total p50 us");
    double eager = of(name, false, "total p50 us");
    double gain = eager / graph;
    double least = manyLaunches(model) ? LEAST_GAIN_OF_MANY : 1;
    figures.put("graph us", graph).put("eager us", eager);
    figures.put("times as fast", gain).put("least", least);
    place.needsArithmetic();
    return gain >= least;
  }

  /** Hundreds of launches are what graphs are for; other networks only must not lose by them. */
  private static boolean manyLaunches(Path model) {
    var manifest = Bundle.describe(model).manifest();
    return manifest.family().equals("general-recognition")
        || manifest.name().contains("resnest")
        || model.getFileName().toString().contains("resnest");
  }

  boolean notSlower(String model, ObjectNode figures) throws IOException {
    if (!Files.exists(python)) {
      throw new Checks.Skip("no figures of Python's in " + python);
    }
    JsonNode compiled = Checks.read(python).path("models").path(model).path("compile fp16");
    if (compiled.has("skipped")) {
      throw new Checks.Skip("Python: " + compiled.get("skipped").asText());
    }
    JsonNode theirs = compiled.path("from pixels p50 us");
    if (!theirs.isNumber()) {
      throw new Checks.Skip("Python did not come to it: run gpu-check.sh python once more");
    }
    double ours = of(model, true, "total p50 us");
    figures.put("graph us", ours).put("torch.compile us", theirs.asDouble());
    figures.put("network", compiled.path("network").asText());
    place.needsArithmetic();
    return ours <= theirs.asDouble();
  }

  /** Puts Python's figures beside ours. */
  boolean python(ObjectNode figures) throws IOException {
    if (!Files.exists(python)) {
      throw new Checks.Skip("no figures of Python's in " + python);
    }
    figures.set("figures", Checks.read(python));
    return true;
  }

  private double of(String model, boolean graphs, String figure) {
    JsonNode found = checks.figures(Speed.fromPixels(model, graphs)).path(figure);
    if (!found.isNumber()) {
      throw new Checks.Skip("calls from pixels are not measured yet");
    }
    return found.doubleValue();
  }
}
