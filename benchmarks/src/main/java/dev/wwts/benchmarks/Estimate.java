package dev.wwts.benchmarks;

import java.util.List;

/** The seconds that a plan will take, from what its parts took on 2 cores of an AMD EPYC. */
final class Estimate {
  private static final double SHARE_OF_BF16 = 0.65;

  private final Options.Iterations iterations;

  Estimate(Options.Iterations iterations) {
    this.iterations = iterations;
  }

  /** Of all. */
  double seconds(List<Step> steps) {
    return steps.stream().mapToDouble(this::seconds).sum();
  }

  /** Of one: its processes' start, and what they measure. */
  double seconds(Step step) {
    if (step.isTurns()) {
      String peers = step.param("peers");
      double each = 3 + start(step) + (3 + Double.parseDouble(step.param("turns"))) * 1.3 * call(step);
      return peers.split(",", -1).length * each + (peers.contains(Python.COMPILED) ? 60 : 0);
    }
    if (step.isPython()) {
      boolean compiled = step.param("peer").equals(Python.COMPILED);
      return (compiled ? 60 : 2) + start(step) + Python.calls(step.params()) * call(step);
    }
    if (step.benchmark().startsWith("LoadBenchmark")) {
      boolean swap = step.benchmark().endsWith("swap");
      return step.forks() * (start(step) * (swap ? 2 : 1));
    }
    double batch = Double.parseDouble(step.params().getOrDefault("batch", "1"));
    double measured =
        iterations.warmups() * atLeast(iterations.warmupSeconds(), batch * call(step))
            + measured(step) * atLeast(iterations.seconds(), batch * call(step));
    return start(step) + measured;
  }

  /** An iteration ends after the call that its time runs out in. */
  private static double atLeast(double seconds, double call) {
    return seconds + call / 2;
  }

  /** The small model and a stage alone do many calls in one iteration. */
  int measured(Step step) {
    boolean many =
        step.benchmark().startsWith("StageBenchmark")
            || step.benchmark().startsWith("FloorBenchmark")
            || (step.benchmark().startsWith("PeersBenchmark") && step.param("model").equals("small"));
    return many && !iterations.wished() ? 1 : iterations.measured();
  }

  private static double start(Step step) {
    return switch (step.param("model")) {
      case "base" -> 2.9;
      case "large" -> 3.8;
      default -> 1.9;
    };
  }

  private static double call(Step step) {
    double one =
        switch (step.param("model")) {
          case "base" -> 0.4;
          case "large" -> 0.3;
          default -> 0.03;
        };
    double precision = step.param("precision").equals("bf16") ? SHARE_OF_BF16 : 1;
    return one * precision / (step.param("threads").equals("1") ? 1 : SHARE_OF_BF16 + 1);
  }
}
