package dev.wwts.benchmarks;

import java.util.Map;

/**
 * One benchmark and its parameters, measured by one process or more.
 *
 * @param benchmark a class's simple name with a method's, or one of {@link Rivals}
 */
record Step(String benchmark, Map<String, String> params) {
  boolean is(String prefix) {
    return benchmark.startsWith(prefix);
  }

  /** Threads that call at once. */
  int callers() {
    return Integer.parseInt(params.getOrDefault("callers", "1"));
  }

  /** Processes that measure it: a load is one call of a process, so that it needs several. */
  int forks() {
    return is("LoadBenchmark") ? 3 : 1;
  }

  String param(String name) {
    return params.getOrDefault(name, "");
  }

  @Override
  public String toString() {
    return benchmark + " " + params;
  }
}
