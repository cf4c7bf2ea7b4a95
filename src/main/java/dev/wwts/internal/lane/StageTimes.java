package dev.wwts.internal.lane;

/**
 * What the stages of one picture took, in nanoseconds by the clock of what did the work: a card's
 * own, else the host's.
 *
 * @param upload pixels to a card, 0 elsewhere
 * @param preprocess pixels to the network's input
 * @param forward the network, for the whole batch
 * @param rank activation and top-k, or what else the readouts compute, for the whole batch
 * @param download what the readouts read from a card, for the whole batch, 0 elsewhere
 */
public record StageTimes(long upload, long preprocess, long forward, long rank, long download) {}
