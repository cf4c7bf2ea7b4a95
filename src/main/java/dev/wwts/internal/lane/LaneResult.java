package dev.wwts.internal.lane;

import dev.wwts.internal.head.Readings;

/**
 * What a lane gives back for one picture.
 *
 * @param readings what was read from the network's output
 * @param times by the clock of what did the work
 */
public record LaneResult(Readings readings, StageTimes times) {}
