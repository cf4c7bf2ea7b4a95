package dev.wwts.server;

import dev.wwts.Timings;

/** What the stages took, in milliseconds. */
record Millis(
    double waiting,
    double decode,
    double upload,
    double preprocess,
    double forward,
    double rank,
    double download,
    double total) {
  static Millis of(Timings it) {
    return new Millis(
        Timings.millis(it.waiting()),
        Timings.millis(it.decode()),
        Timings.millis(it.upload()),
        Timings.millis(it.preprocess()),
        Timings.millis(it.forward()),
        Timings.millis(it.rank()),
        Timings.millis(it.download()),
        Timings.millis(it.total()));
  }
}
