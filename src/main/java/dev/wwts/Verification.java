package dev.wwts;

/**
 * The model's self-test, replayed: what the reference pipeline in Python answered, held against
 * what this one answers.
 *
 * @param reference the software that made the reference
 * @param pictures how many pictures
 * @param clear of them, those whose best two reference probabilities are at least 0.02 apart
 * @param agreeing of the clear ones, those with the same top-1
 * @param logitDifference the largest, absolute
 * @param probabilityDifference the largest, absolute
 * @param passed whether all clear ones agree and no probability differs by more than {@code
 *     tolerance}
 * @param tolerance of probabilities: 0.02, in half precision 0.05
 */
public record Verification(
    String reference,
    int pictures,
    int clear,
    int agreeing,
    double logitDifference,
    double probabilityDifference,
    boolean passed,
    double tolerance) {}
