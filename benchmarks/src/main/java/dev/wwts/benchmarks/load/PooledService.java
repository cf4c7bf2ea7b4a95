package dev.wwts.benchmarks.load;

import dev.wwts.benchmarks.peers.Peer;
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

/**
 * A rival behind a pool of threads, as its documents advise: one network, and for each thread what
 * is not for two (DJL's predictor, ONNX Runtime's buffer). The pool's queue is bounded as ours is.
 */
final class PooledService implements Service {
  private final List<Peer> peers = new ArrayList<>();
  private final BlockingQueue<Peer> idle;
  private final ExecutorService pool;

  PooledService(Peer first, int lanes) {
    peers.add(first);
    while (peers.size() < lanes) {
      peers.add(first.another());
    }
    this.idle = new ArrayBlockingQueue<>(lanes, false, peers);
    this.pool =
        new ThreadPoolExecutor(
            lanes, lanes, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(Service.QUEUE));
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
