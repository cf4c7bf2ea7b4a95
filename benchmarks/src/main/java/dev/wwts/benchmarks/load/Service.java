package dev.wwts.benchmarks.load;

import dev.wwts.benchmarks.peers.Peer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** What is under load: it takes a picture at once, and answers or refuses it later. */
interface Service extends AutoCloseable {
  /** Accepted calls that may wait for a lane, the same for all. */
  int QUEUE = 64;

  /** The five best classes, or why there are none; never waits. */
  CompletableFuture<int[]> ask(byte[] picture);

  /** Loads the model anew and puts it into the place of the one that answers. */
  default void swap() {
    throw new UnsupportedOperationException("This rival is not swapped.");
  }

  @Override
  void close();

  /**
   * Opens one.
   *
   * @param name wwts, wwts-batching, which gathers up to 8 calls that wait, or a rival of {@link
   *     Peer}
   * @param lanes calls that are worked on at once
   * @param threads of one forward
   */
  static Service open(String name, Path model, int lanes, int threads) {
    return switch (name) {
      case "wwts" -> new WwtsService(model, lanes, threads, 1);
      case "wwts-batching" -> new WwtsService(model, lanes, threads, 8);
      default -> new PooledService(Peer.open(name, model, threads, "fp32"), lanes);
    };
  }
}
