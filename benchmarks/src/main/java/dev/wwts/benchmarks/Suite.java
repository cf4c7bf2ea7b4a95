package dev.wwts.benchmarks;

/** The suite that {@code mvn jmh} runs. */
public final class Suite {
  private Suite() {}

  public static void main(String[] arguments) {
    System.out.println(System.getenv("WWTS_SUITE_OPTIONS"));
  }
}
