package dev.wwts.benchmarks.load;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.peers.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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
      case "wwts" -> new Ours(model, lanes, threads, 1);
      case "wwts-batching" -> new Ours(model, lanes, threads, 8);
      default -> new Pooled(Peer.open(name, model, threads, "fp32"), lanes);
    };
  }

  /** This project, by its public interface. */
  record Ours(Path model, ModelSlot slot) implements Service {
    Ours(Path model, int lanes, int threads, int batching) {
      this(
          model,
          ModelSlot.builder(
                  Recognizer.builder(model)
                      .device(Device.CPU)
                      .precision(Precision.FP32)
                      .threads(threads)
                      .lanes(lanes)
                      .queue(QUEUE)
                      .batching(batching, Duration.ZERO)
                      .threshold(0))
              .open());
    }

    @Override
    public CompletableFuture<int[]> ask(byte[] picture) {
      return slot.answerAsync(Picture.of(picture)).thenApply(Ours::classes);
    }

    private static int[] classes(Answer answer) {
      if (answer instanceof Answer.Refused refused) {
        throw refused.cause();
      }
      return ((Answer.Recognized) answer).results().stream().mapToInt(Recognition::index).toArray();
    }

    @Override
    public void swap() {
      slot.swap(model);
    }

    @Override
    public void close() {
      slot.close();
    }
  }

  /**
   * A rival behind a pool of threads, as its documents advise: one network, and for each thread
   * what is not for two (DJL's predictor, ONNX Runtime's buffer). The pool's queue is bounded as
   * ours is.
   */
  final class Pooled implements Service {
    private final List<Peer> peers = new ArrayList<>();
    private final BlockingQueue<Peer> idle;
    private final ExecutorService pool;

    Pooled(Peer first, int lanes) {
      peers.add(first);
      while (peers.size() < lanes) {
        peers.add(first.another());
      }
      this.idle = new ArrayBlockingQueue<>(lanes, false, peers);
      this.pool =
          new ThreadPoolExecutor(
              lanes, lanes, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE));
    }

    @Override
    public CompletableFuture<int[]> ask(byte[] picture) {
      try {
        return CompletableFuture.supplyAsync(() -> recognize(picture), pool);
      } catch (RejectedExecutionException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private int[] recognize(byte[] picture) {
      // as many as the pool has threads: one is there
      Peer peer = idle.remove();
      try {
        return peer.recognize(picture);
      } finally {
        idle.add(peer);
      }
    }

    @Override
    public void close() {
      pool.shutdown();
      Collections.reverse(peers);
      peers.forEach(Peer::close);
    }
  }
}
