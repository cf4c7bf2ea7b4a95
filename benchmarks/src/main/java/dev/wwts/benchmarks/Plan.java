package dev.wwts.benchmarks;

import dev.wwts.benchmarks.models.BenchmarkModels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run measures, in order: rivals take turns (A B A B), a process each. */
final class Plan {
  /**
   * One process: a benchmark and its parameters.
   *
   * @param benchmark a class's simple name with a method's, or python
   * @param callers threads that call at once
   */
  record Step(String benchmark, int callers, Map<String, String> params) {
    @Override
    public String toString() {
      return benchmark + " " + params + (callers == 1 ? "" : ", " + callers + " callers");
    }
  }

  /** The article's cards have 6 GB. */
  private static final String SMALL_CARD = String.valueOf(6L << 30);

  private final Options options;
  private final List<Step> steps = new ArrayList<>();

  private Plan(Options options) {
    this.options = options;
  }

  static List<Step> of(Options options) {
    Plan plan = new Plan(options);
    plan.peers();
    plan.recognition();
    plan.stages();
    plan.loading();
    return plan.steps.stream()
        .filter(step -> options.benchmarks().matcher(step.benchmark()).find())
        .toList();
  }

  private void peers() {
    if (!options.device().equals("cpu")) {
      return;
    }
    for (int round = 1; round <= options.rounds(); round++) {
      for (String model : options.models()) {
        for (String threads : options.threads()) {
          for (String peer : options.peers()) {
            peer(peer, model, threads, round);
          }
        }
      }
    }
  }

  private void peer(String peer, String model, String threads, int round) {
    boolean bf16 = peer.endsWith("bf16");
    boolean known = BenchmarkModels.facts(model).isPresent();
    if ((bf16 && !options.precisions().contains("bf16"))
        || (peer.equals(Python.COMPILED) && !known)
        || (peer.equals("onnxruntime") && BenchmarkModels.onnx(model).isEmpty())) {
      return;
    }
    add(
        peer.startsWith("python") ? Python.BENCHMARK : "PeersBenchmark.recognize",
        "peer",
        bf16 ? "wwts" : peer,
        "model",
        model,
        "picture",
        "1080p",
        "threads",
        threads,
        "precision",
        bf16 ? "bf16" : "fp32",
        "round",
        String.valueOf(round));
  }

  private void recognition() {
    for (String model : options.models()) {
      for (String precision : options.precisions()) {
        recognize(model, precision, "1", "1080p");
      }
    }
    for (String callers : options.callers()) {
      throughput(options.models().get(0), Integer.parseInt(callers));
    }
    String small = options.models().get(0);
    String precision = options.precisions().get(0);
    for (String batch : options.batches()) {
      recognize(small, precision, batch, "1080p");
    }
    for (String picture : options.pictures()) {
      recognize(small, precision, "1", picture);
    }
    if (!options.device().equals("cpu") && options.budget().equals("0")) {
      for (String model : options.models()) {
        recognize(model, precision, "1", "1080p", SMALL_CARD);
        recognize(model, precision, "16", "1080p", SMALL_CARD);
      }
    }
  }

  private void recognize(String model, String precision, String batch, String picture) {
    recognize(model, precision, batch, picture, options.budget());
  }

  private void recognize(
      String model, String precision, String batch, String picture, String budget) {
    add(
        "RecognizeBenchmark.recognize",
        "model",
        model,
        "device",
        options.device(),
        "precision",
        precision,
        "batch",
        batch,
        "picture",
        picture,
        "threads",
        options.threads().get(options.threads().size() - 1),
        "budget",
        budget);
  }

  /** A thread of LibTorch's each: more of them would be more than there are cores. */
  private void throughput(String model, int callers) {
    Map<String, String> params = new LinkedHashMap<>();
    params.put("model", model);
    params.put("device", options.device());
    params.put("precision", options.precisions().get(0));
    params.put("threads", "1");
    params.put("budget", options.budget());
    steps.add(new Step("RecognizeBenchmark.throughput", callers, params));
  }

  private void stages() {
    String threads = options.threads().get(0);
    for (String precision : options.precisions()) {
      for (String method : List.of("multiply", "copy")) {
        add(
            "FloorBenchmark." + method,
            "device",
            options.device(),
            "precision",
            precision,
            "threads",
            threads);
      }
      for (String model : options.models()) {
        for (String method : methods(precision)) {
          add(
              "StageBenchmark." + method,
              "model",
              model,
              "device",
              options.device(),
              "precision",
              precision,
              "picture",
              "1080p",
              "threads",
              threads);
        }
      }
    }
  }

  private List<String> methods(String precision) {
    if (!precision.equals(options.precisions().get(0))) {
      return List.of("forward");
    }
    return options.device().equals("cpu")
        ? List.of("decode", "preprocess", "forward", "rank")
        : List.of("decode", "upload", "preprocess", "forward");
  }

  private void loading() {
    for (String model : options.models()) {
      for (String method : List.of("load", "firstAnswer", "swap")) {
        add(
            "LoadBenchmark." + method,
            "model",
            model,
            "device",
            options.device(),
            "precision",
            options.precisions().get(0),
            "threads",
            options.threads().get(options.threads().size() - 1));
      }
    }
  }

  private void add(String benchmark, String... params) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < params.length; i += 2) {
      map.put(params[i], params[i + 1]);
    }
    steps.add(new Step(benchmark, 1, map));
  }
}
