package dev.wwts.internal.serve;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Labels that are given while a model runs, with their embeddings.
 *
 * @param names what they are called
 * @param embeddings one of length 1 for each
 * @param threshold a best confidence below it: not recognised; empty: the recognizer's own
 * @param leastSimilarity labels whose similarity is below it are left out
 */
public record TextLabels(
    List<String> names,
    List<float[]> embeddings,
    OptionalDouble threshold,
    double leastSimilarity) {}
