/** The benchmark suite behind {@code mvn jmh}. */
@org.jspecify.annotations.NullMarked
package dev.wwts.benchmarks;
