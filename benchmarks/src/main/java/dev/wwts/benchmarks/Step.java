package dev.wwts.benchmarks;

import java.util.Map;

/**
 * One benchmark and its parameters, measured by one process or more.
 *
 * @param benchmark a class's simple name with a method's, or python
 * @param callers threads that call at once
 */
record Step(String benchmark, int callers, Map<String, String> params) {
  boolean isPython() {
    return benchmark.equals(Python.BENCHMARK);
  }

  boolean isTurns() {
    return benchmark.equals(Turns.BENCHMARK);
  }

  /** Processes that measure it: a load is one call of a process, so that it needs several. */
  int forks() {
    return benchmark.startsWith("LoadBenchmark") ? 3 : 1;
  }

  String param(String name) {
    return params.getOrDefault(name, "");
  }

  @Override
  public String toString() {
    return benchmark + " " + params;
  }
}
