package dev.wwts.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far a run is, and how long it goes on: what its steps took on 2 cores of an AMD EPYC, at the
 * pace of those that are done.
 */
final class Progress {
  private static final double SHARE_OF_BF16 = 0.65;
  private static final Map<String, Double> STARTS = Map.of("base", 2.9, "large", 3.8);
  private static final Map<String, Double> CALLS = Map.of("base", 0.4, "large", 0.3);

  private final Options options;
  private final int steps;
  private final double all;
  private final long start = System.nanoTime();
  private int done;
  private double estimated;

  Progress(List<Step> steps, Options options) {
    this.options = options;
    this.steps = steps.size();
    this.all = seconds(steps, options);
  }

  /** The line that is printed before a step. */
  String before(Step step) {
    double pace = done == 0 ? 1 : (System.nanoTime() - start) / 1e9 / estimated;
    return String.format(
        Locale.ROOT,
        "[%d of %d, about %.0f s left] %s",
        done + 1,
        steps,
        pace * (all - estimated),
        step);
  }

  void done(Step step) {
    done++;
    estimated += seconds(step, options);
  }

  /** That all of them will take. */
  static double seconds(List<Step> steps, Options options) {
    return steps.stream().mapToDouble(step -> seconds(step, options)).sum();
  }

  private static double seconds(Step step, Options options) {
    String model = step.param("model");
    double start = STARTS.getOrDefault(model, 1.9);
    double precision = step.param("precision").equals("bf16") ? SHARE_OF_BF16 : 1;
    double threads = step.param("threads").equals("1") ? 1 : SHARE_OF_BF16 + 1;
    double call = CALLS.getOrDefault(model, 0.03) * precision / threads;
    if (Rivals.are(step)) {
      boolean compiles = Rivals.peers(step).contains(Python.COMPILED);
      double rest = step.is(Rivals.TURNS) ? 1.3 : 1;
      double each = 4 + start + Rivals.turns(step) * rest * call;
      return Rivals.peers(step).size() * each + (compiles ? 60 : 0);
    }
    if (step.is("LoadBenchmark")) {
      return step.forks() * start * (step.benchmark().endsWith("swap") ? 2 : 1);
    }
    // an iteration ends after the call that its time runs out in
    double half = Double.parseDouble(step.params().getOrDefault("batch", "1")) * call / 2;
    return start
        + options.whole("jmh.wi") * (options.number("jmh.w") + half)
        + JmhStep.iterations(step, options) * (options.number("jmh.r") + half);
  }
}
