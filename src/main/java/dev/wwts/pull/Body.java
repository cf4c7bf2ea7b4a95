package dev.wwts.pull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a server sends, chunk by chunk: asked for one after the other, and each waited for so long
 * and no longer, which none of the JDK's own handlers does.
 */
final class Body implements BodySubscriber<Body>, AutoCloseable {
  private sealed interface Signal {
    /** Some of it. */
    record Chunk(List<ByteBuffer> bytes) implements Signal {}

    /** It is at its end, or broke off. */
    record End(@Nullable Throwable fault) implements Signal {}
  }

  private final Duration silence;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private @Nullable Subscription subscription;
  private boolean isClosed;

  Body(Duration silence) {
    this.silence = silence;
  }

  /**
   * The next bytes; empty at the end.
   *
   * @throws IOException if they do not come
   */
  List<ByteBuffer> next() throws IOException {
    try {
      Signal signal = signals.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
      if (signal instanceof Signal.Chunk chunk) {
        request();
        return chunk.bytes();
      }
      if (signal instanceof Signal.End end) {
        signals.add(end);
        if (end.fault() == null) {
          return List.of();
        }
        throw Failures.transport(end.fault());
      }
      close();
      throw new SocketTimeoutException("nothing came in %d s".formatted(silence.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public CompletionStage<Body> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public synchronized void onSubscribe(Subscription given) {
    subscription = given;
    if (isClosed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  private synchronized void request() {
    if (subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    signals.add(new Signal.Chunk(bytes));
  }

  @Override
  public void onError(Throwable fault) {
    signals.add(new Signal.End(fault));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.End(null));
  }

  /** Ends the connection, if the body has not come to its end. */
  @Override
  public synchronized void close() {
    isClosed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
