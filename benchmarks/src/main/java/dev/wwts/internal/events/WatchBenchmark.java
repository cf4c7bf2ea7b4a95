package dev.wwts.internal.events;

import dev.wwts.CallEnd;
import dev.wwts.internal.settings.CallListeners;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What those who may watch a call cost it: nobody, Java Flight Recorder, a listener. {@code mvn
 * jmh:benchmark -Djmh.benchmarks=WatchBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Benchmark)
public class WatchBenchmark {
  @Param({"nobody", "recorder", "listener"})
  public String watcher = "";

  private final CallListeners listeners = new CallListeners(List.of());
  private Recording recording = new Recording();

  @Setup
  public void watch(Blackhole told) {
    if (watcher.equals("recorder")) {
      recording = new Recording();
      recording.enable("wwts.Call");
      recording.start();
    } else if (watcher.equals("listener")) {
      listeners.add(told::consume);
    }
  }

  @TearDown
  public void end() {
    recording.close();
  }

  /** Nothing, to see what measuring takes. */
  @Benchmark
  public void floor() {}

  /** The same for listeners alone: beside it {@link #call} shows what a recorder that is off costs. */
  @Benchmark
  public void callWithoutRecorder() {
    tell();
  }

  private void tell() {
    listeners.tell(
        () ->
            new CallEnd(
                "small", CallEnd.Outcome.ANSWERED, 1, 1, 2, List.of(), Optional.empty()));
  }

  /** What a call does for them, at its beginning and its end. */
  @Benchmark
  public void call() {
    CallEvent event = Events.call();
    tell();
    if (event != null) {
      event.setPictures(1, 0);
      event.ended("small", "answered", null, 1, 2);
    }
  }
}
