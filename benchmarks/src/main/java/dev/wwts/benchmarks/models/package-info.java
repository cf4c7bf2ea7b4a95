/** Models and pictures that the benchmarks run on. */
@org.jspecify.annotations.NullMarked
package dev.wwts.benchmarks.models;
