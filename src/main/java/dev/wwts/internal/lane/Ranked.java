package dev.wwts.internal.lane;

/**
 * The best classes of one picture, and what its stages took in nanoseconds; network and ranking for
 * the whole batch.
 *
 * @param row the best classes, best first
 * @param times by the clock of what did the work
 */
public record Ranked(Ranking.Row row, StageTimes times) {}
