package dev.wwts.benchmarks;

import dev.wwts.benchmarks.models.BenchmarkModels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run measures, in order: rivals take turns (A B, then B A), a process each. */
final class Plan {
  /** The article's cards have 6 GB: what {@code --vram 6GB} means. */
  private static final String SMALL_CARD = String.valueOf(6_000_000_000L);

  private static final List<String> BATCHES = List.of("1", "4", "8", "16");
  private static final List<String> PICTURES = List.of("640x480", "1080p", "12mp");
  private static final List<String> THREADS = List.of("1", "2", "4");

  private final Options options;
  private final boolean python;
  private final List<Step> steps = new ArrayList<>();

  private Plan(Options options, boolean python) {
    this.options = options;
    this.python = python;
  }

  /**
   * The steps of a run.
   *
   * @param python whether there is one that can run the reference
   */
  static List<Step> of(Options options, boolean python) {
    Plan plan = new Plan(options, python);
    plan.peers();
    plan.recognition();
    plan.stages();
    plan.rivalsStages();
    plan.loading();
    return plan.steps.stream()
        .filter(step -> options.benchmarks().matcher(step.benchmark()).find())
        .distinct()
        .toList();
  }

  private void peers() {
    if (!isCpu()) {
      return;
    }
    List<String> order = new ArrayList<>(options.peers());
    for (int round = 1; round <= options.rounds(); round++) {
      round(round, order);
      // a machine that warms up or slows down favours neither end
      Collections.reverse(order);
    }
  }

  private void round(int round, List<String> order) {
    for (String model : options.models()) {
      List<String> peers = order.stream().distinct().filter(p -> isMeasured(p, model, round)).toList();
      for (String threads : options.threads()) {
        if (options.turns() > 0 && !peers.isEmpty()) {
          turns(peers, model, threads, round);
        } else {
          // none, where turns are asked for but nobody is there to take them
          peers.forEach(peer -> peer(peer, model, threads, round));
        }
      }
    }
  }

  private boolean isCpu() {
    return options.device().equals("cpu");
  }

  private boolean isMeasured(String peer, String model, int round) {
    // how far a newcomer's way is behind is no question of per cent: one process tells
    return !(peer.equals("presets") && round > 1)
        && !(peer.endsWith("bf16") && !options.precisions().contains("bf16"))
        && !(Turns.isPython(peer) && !python)
        && !(peer.equals(Python.COMPILED) && BenchmarkModels.facts(model).isEmpty())
        && !(peer.equals("onnxruntime") && BenchmarkModels.onnx(model).isEmpty());
  }

  private void peer(String peer, String model, String threads, int round) {
    boolean bf16 = peer.endsWith("bf16");
    add(
        Turns.isPython(peer) ? Python.BENCHMARK : "PeersBenchmark.recognize",
        "peer", bf16 ? "wwts" : peer,
        "model", model,
        "picture", "1080p",
        "threads", threads,
        "precision", bf16 ? "bf16" : "fp32",
        "round", String.valueOf(round));
  }

  private void turns(List<String> peers, String model, String threads, int round) {
    add(
        Turns.BENCHMARK,
        "peers", String.join(",", peers),
        "model", model,
        "picture", "1080p",
        "threads", threads,
        "turns", String.valueOf(options.turns()),
        "round", String.valueOf(round));
  }

  private void recognition() {
    String first = options.models().get(0);
    String precision = options.precisions().get(0);
    for (String model : options.models()) {
      for (String each : options.precisions()) {
        recognize(model, each, "1", "1080p");
      }
    }
    options.callers().forEach(callers -> throughput(first, callers));
    options.batches().forEach(batch -> recognize(first, precision, batch, "1080p"));
    options.pictures().forEach(picture -> recognize(first, precision, "1", picture));
    if (options.full()) {
      full();
    }
    if (!isCpu()) {
      smallCard();
    }
  }

  private void full() {
    for (String model : options.models()) {
      for (String precision : options.precisions()) {
        for (String threads : isCpu() ? THREADS : options.threads()) {
          for (String batch : BATCHES) {
            for (String picture : PICTURES) {
              recognize(model, precision, batch, picture, threads, options.budget());
            }
          }
        }
      }
    }
  }

  /** Does base fit, and at which batch? The other sizes run one picture. */
  private void smallCard() {
    String budget = options.budget().equals("0") ? SMALL_CARD : options.budget();
    for (String model : options.models()) {
      boolean searched = model.equals("base") || options.models().size() == 1;
      for (String batch : searched ? BATCHES : List.of("1")) {
        recognize(model, options.precisions().get(0), batch, "1080p", lastThreads(), budget);
      }
    }
  }

  private String lastThreads() {
    return options.threads().get(options.threads().size() - 1);
  }

  private void recognize(String model, String precision, String batch, String picture) {
    recognize(model, precision, batch, picture, lastThreads(), options.budget());
  }

  private void recognize(
      String model, String precision, String batch, String picture, String threads, String budget) {
    add(
        "RecognizeBenchmark.recognize",
        "model", model,
        "device", options.device(),
        "precision", precision,
        "batch", batch,
        "picture", picture,
        "threads", threads,
        "budget", budget);
  }

  /** A thread of LibTorch's each: more of them would be more than there are cores. */
  private void throughput(String model, String callers) {
    steps.add(
        new Step(
            "RecognizeBenchmark.throughput",
            Integer.parseInt(callers),
            map(
                "model", model,
                "device", options.device(),
                "precision", options.precisions().get(0),
                "batch", "1",
                "picture", "1080p",
                "threads", "1",
                "budget", options.budget(),
                "callers", callers)));
  }

  private void stages() {
    for (String precision : options.precisions()) {
      for (String method : List.of("multiply", "copy")) {
        add(
            "FloorBenchmark." + method,
            "device", options.device(),
            "precision", precision,
            "threads", options.threads().get(0));
      }
      for (String model : options.models()) {
        methods(model, precision).forEach(method -> stage(method, model, precision));
      }
    }
  }

  /** Decoding does not depend on the model, ranking only on its classes. */
  private List<String> methods(String model, String precision) {
    if (!precision.equals(options.precisions().get(0))) {
      return List.of("forward");
    }
    if (!isCpu()) {
      return List.of("decode", "upload", "preprocess", "forward");
    }
    return model.equals(options.models().get(0))
        ? List.of("decode", "preprocess", "forward", "rank")
        : model.equals("large") ? List.of("forward", "rank") : List.of("forward");
  }

  private void stage(String method, String model, String precision) {
    add(
        "StageBenchmark." + method,
        "model", model,
        "device", options.device(),
        "precision", precision,
        "picture", "1080p",
        "threads", options.threads().get(0));
  }

  /** Where a rival's time goes, and where ours: their decoding and resizing, their network. */
  private void rivalsStages() {
    if (!isCpu()) {
      return;
    }
    stage("openCvCrop", options.models().get(0), "fp32");
    options.models().stream()
        .filter(model -> BenchmarkModels.onnx(model).isPresent())
        .forEach(model -> stage("onnxRuntimeForward", model, "fp32"));
  }

  /** The smallest in all ways; what the largest adds is its loading. */
  private void loading() {
    List<String> models = options.models();
    List.of("load", "firstAnswer", "swap").forEach(method -> load(method, models.get(0)));
    load("load", models.get(models.size() - 1));
  }

  private void load(String method, String model) {
    add(
        "LoadBenchmark." + method,
        "model", model,
        "device", options.device(),
        "precision", options.precisions().get(0),
        "threads", lastThreads());
  }

  private void add(String benchmark, String... params) {
    steps.add(new Step(benchmark, 1, map(params)));
  }

  private static Map<String, String> map(String... params) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < params.length; i += 2) {
      map.put(params[i], params[i + 1]);
    }
    return map;
  }
}
