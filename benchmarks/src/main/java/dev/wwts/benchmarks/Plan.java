package dev.wwts.benchmarks;

import dev.wwts.benchmarks.models.BenchmarkModels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a run measures, in order. A line is a benchmark with its parameters, where $NAME stands for
 * what there is of that name in turn: for a cross product, the first one turning slowest.
 */
final class Plan {
  /** The article's cards have 6 GB: what {@code --vram 6GB} means. */
  private static final String SMALL_CARD = String.valueOf(6_000_000_000L);

  /** A thread of LibTorch's for each caller: more of them would be more than there are cores. */
  private static final String RECOGNITION =
      """
      RecognizeBenchmark.recognize model=$models device=$device precision=$precisions batch=1 picture=1080p threads=$most budget=$budget
      RecognizeBenchmark.throughput model=$first device=$device precision=$usual batch=1 picture=1080p threads=1 budget=$budget callers=$callers
      RecognizeBenchmark.recognize model=$first device=$device precision=$usual batch=$batches picture=1080p threads=$most budget=$budget
      RecognizeBenchmark.recognize model=$first device=$device precision=$usual batch=1 picture=$pictures threads=$most budget=$budget
      """;

  private static final String FULL =
      """
      RecognizeBenchmark.recognize model=$models device=$device precision=$precisions threads=$all batch=1,4,8,16 picture=640x480,1080p,12mp budget=$budget
      """;

  /** Does base fit, and at which batch? The other sizes run one picture. */
  private static final String STAND_IN =
      """
      RecognizeBenchmark.recognize model=$searched device=$device precision=$usual batch=1,4,8,16 picture=1080p threads=$most budget=$small
      RecognizeBenchmark.recognize model=$models device=$device precision=$usual batch=1 picture=1080p threads=$most budget=$small
      """;

  /** Decoding does not depend on the model, ranking only on its classes. */
  private static final String STAGES =
      """
      FloorBenchmark.multiply device=$device precision=$precisions threads=$least
      FloorBenchmark.copy device=$device precision=$precisions threads=$least
      StageBenchmark.decode model=$first device=$device precision=$usual picture=1080p threads=$least
      StageBenchmark.preprocess model=$first device=$device precision=$usual picture=1080p threads=$least
      StageBenchmark.forward model=$models device=$device precision=$precisions picture=1080p threads=$least
      """;

  /** Of those who run on a processor only; where a rival's time goes, and where ours. */
  private static final String PROCESSORS_STAGES =
      """
      StageBenchmark.rank model=$ranked device=$device precision=$usual picture=1080p threads=$least
      StageBenchmark.openCvCrop model=$first device=$device precision=fp32 picture=1080p threads=$least
      StageBenchmark.onnxRuntimeForward model=$onnx device=$device precision=fp32 picture=1080p threads=$least
      """;

  /** The smallest in all ways; what the largest adds is its loading. */
  private static final String LOADING =
      """
      LoadBenchmark.load model=$first,$last device=$device precision=$usual threads=$most
      LoadBenchmark.firstAnswer model=$first device=$device precision=$usual threads=$most
      LoadBenchmark.swap model=$first device=$device precision=$usual threads=$most
      """;

  private final Options options;
  private final boolean python;
  private final Map<String, List<String>> names = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();

  private Plan(Options options, boolean python) {
    this.options = options;
    this.python = python;
    List<String> models = options.list("wwts.models");
    List<String> precisions = options.list("wwts.precisions");
    List<String> threads = options.list("wwts.threads");
    String budget = SuiteOptions.budget(options);
    boolean one = models.size() == 1;
    names.put("models", models);
    names.put("first", models.subList(0, 1));
    names.put("last", models.subList(models.size() - 1, models.size()));
    names.put("searched", models.stream().filter(it -> one || it.equals("base")).toList());
    names.put(
        "ranked",
        models.stream().filter(it -> it.equals(models.get(0)) || it.equals("large")).toList());
    names.put(
        "onnx", models.stream().filter(it -> BenchmarkModels.onnx(it).isPresent()).toList());
    names.put("device", options.list("wwts.device"));
    names.put("precisions", precisions);
    names.put("usual", precisions.subList(0, 1));
    names.put("threads", threads);
    names.put("least", threads.subList(0, 1));
    names.put("most", threads.subList(threads.size() - 1, threads.size()));
    names.put("all", SuiteOptions.isCpu(options) ? List.of("1", "2", "4") : threads);
    names.put("budget", List.of(budget));
    names.put("small", List.of(budget.equals("0") ? SMALL_CARD : budget));
    for (String each : List.of("callers", "batches", "pictures")) {
      names.put(each, options.list("wwts." + each));
    }
  }

  /**
   * The steps of a run.
   *
   * @param python whether there is one that can run the reference
   */
  static List<Step> of(Options options, boolean python) {
    boolean cpu = SuiteOptions.isCpu(options);
    Plan plan = new Plan(options, python);
    if (cpu) {
      plan.peers();
    }
    plan.add(RECOGNITION + (options.flag("wwts.full") ? FULL : "") + (cpu ? "" : STAND_IN));
    plan.add(STAGES + (cpu ? PROCESSORS_STAGES : "") + LOADING);
    try {
      Pattern wanted = Pattern.compile(options.text("jmh.benchmarks"));
      return plan.steps.stream()
          .filter(step -> wanted.matcher(step.benchmark()).find())
          .distinct()
          .toList();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "-Djmh.benchmarks is no regular expression: " + e.getMessage(), e);
    }
  }

  private void add(String lines) {
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ", -1);
      List<Map<String, String>> product = List.of(Map.of());
      for (String word : List.of(words).subList(1, words.length)) {
        String[] sides = word.split("=", 2);
        List<Map<String, String>> longer = new ArrayList<>();
        for (Map<String, String> params : product) {
          for (String value : values(sides[1])) {
            Map<String, String> more = new LinkedHashMap<>(params);
            more.put(sides[0], value);
            longer.add(more);
          }
        }
        product = longer;
      }
      product.forEach(params -> steps.add(new Step(words[0], params)));
    }
  }

  private List<String> values(String word) {
    List<String> values = new ArrayList<>();
    for (String part : word.split(",", -1)) {
      values.addAll(
          part.startsWith("$")
              ? Objects.requireNonNull(names.get(part.substring(1)), part)
              : List.of(part));
    }
    return values;
  }

  /** Rivals take turns, A B, then B A, a process each; or call by call in one step. */
  private void peers() {
    List<String> order = new ArrayList<>(options.list("wwts.peers"));
    boolean inTurns = options.whole("wwts.turns") > 0;
    names.put("turns", options.list("wwts.turns"));
    for (int round = 1; round <= options.whole("wwts.rounds"); round++) {
      names.put("round", List.of(String.valueOf(round)));
      for (String model : options.list("wwts.models")) {
        names.put("model", List.of(model));
        int now = round;
        List<String> peers =
            order.stream().distinct().filter(peer -> isMeasured(peer, model, now)).toList();
        for (String each : options.list("wwts.threads")) {
          names.put("thread", List.of(each));
          if (!inTurns) {
            peers.forEach(this::peer);
          } else if (!peers.isEmpty()) {
            names.put("peers", List.of(String.join(",", peers)));
            add(Rivals.TURNS + " peers=$peers model=$model picture=1080p threads=$thread turns=$turns round=$round");
          }
        }
      }
      // a machine that warms up or slows down favours neither end
      Collections.reverse(order);
    }
  }

  private void peer(String peer) {
    boolean bf16 = peer.endsWith("bf16");
    names.put("peer", List.of(bf16 ? "wwts" : peer));
    names.put("precision", List.of(bf16 ? "bf16" : "fp32"));
    String benchmark = Python.is(peer) ? Rivals.PYTHON : "PeersBenchmark.recognize";
    add(benchmark + " peer=$peer model=$model picture=1080p threads=$thread precision=$precision round=$round");
  }

  private boolean isMeasured(String peer, String model, int round) {
    // how far a newcomer's way is behind is no question of per cent: one process tells
    return !(peer.equals("presets") && round > 1)
        && !(peer.endsWith("bf16") && !options.list("wwts.precisions").contains("bf16"))
        && !(Python.is(peer) && !python)
        && !(peer.equals(Python.COMPILED) && BenchmarkModels.facts(model).isEmpty())
        && !(peer.equals("onnxruntime") && BenchmarkModels.onnx(model).isEmpty());
  }
}
