package dev.wwts.internal.serve;

/**
 * A call's picture to decode.
 *
 * @param isLarge whether it counts as one of the large ones that are being decoded
 */
record DecodeTask(Call<?> call, int index, boolean isLarge) {}
