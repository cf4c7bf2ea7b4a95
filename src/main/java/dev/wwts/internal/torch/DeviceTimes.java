package dev.wwts.internal.torch;

/**
 * What the stages of one picture took on a device that works by itself, in nanoseconds of its own
 * clock.
 *
 * @param upload pixels to the device
 * @param preprocess pixels to the network's input
 * @param forward the network, for the whole batch
 * @param rank activation and top-k, for the whole batch
 * @param download indices and scores from the device, for the whole batch
 */
public record DeviceTimes(long upload, long preprocess, long forward, long rank, long download) {}
