package dev.wwts.benchmarks;

import java.util.List;
import java.util.Locale;

/** How far a run is, and how long it goes on: the plan's estimate, at the pace of what is done. */
final class Progress {
  private final Estimate estimate;
  private final int steps;
  private final double all;
  private final long start = System.nanoTime();
  private int done;
  private double estimated;

  Progress(List<Step> steps, Estimate estimate) {
    this.estimate = estimate;
    this.steps = steps.size();
    this.all = estimate.seconds(steps);
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
    estimated += estimate.seconds(step);
  }
}
