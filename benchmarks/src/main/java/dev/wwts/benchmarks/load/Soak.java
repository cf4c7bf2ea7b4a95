package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import dev.wwts.report.ProcessMemory;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A long while of 64 callers with mixed pictures, 1 % of them bad, and a swap of the model every
 * ten seconds, under a look at memory and threads every second.
 */
final class Soak {
  static final int SWAP_SECONDS = 10;
  private static final int CALLERS = 64;
  private static final double BAD = 0.01;

  /** Small ones often, one of 12 megapixels now and then. */
  private static final List<String> SIZES =
      List.of("64x48", "320x240", "640x480", "640x480", "800x600", "1080p", "64x48", "320x240");

  private static final double LARGE = 0.005;

  private final Service service;
  private final List<Shot> good = new ArrayList<>();
  private final List<Shot> bad = new ArrayList<>();
  private final Shot large;
  private final ObjectNode samples = JsonNodeFactory.instance.objectNode();
  private final long start = System.nanoTime();
  private int swaps;
  private String swapFailure = "";

  /** Asks each picture once, alone: later answers are to be these. */
  Soak(Service service) {
    this.service = service;
    SIZES.forEach(size -> good.add(reference(BenchmarkPictures.of(size))));
    this.large = reference(BenchmarkPictures.of("12mp"));
    byte[] picture = BenchmarkPictures.of("640x480");
    byte[] words = "no picture".getBytes(StandardCharsets.UTF_8);
    for (byte[] bytes : List.of(new byte[0], words, Arrays.copyOf(picture, 100))) {
      bad.add(Shot.bad(bytes));
    }
  }

  private Shot reference(byte[] picture) {
    return Shot.of(picture, service.ask(picture).join());
  }

  private Shot next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    double kind = random.nextDouble();
    if (kind < BAD) {
      return bad.get(random.nextInt(bad.size()));
    }
    return kind < BAD + LARGE ? large : good.get(random.nextInt(good.size()));
  }

  /** The calls' tally, with swaps and samples. */
  ObjectNode run(double seconds) throws InterruptedException {
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    try {
      List<ScheduledFuture<?>> tasks =
          List.of(
              clock.scheduleAtFixedRate(this::swap, SWAP_SECONDS, SWAP_SECONDS, TimeUnit.SECONDS),
              clock.scheduleAtFixedRate(this::sample, 0, 1, TimeUnit.SECONDS));
      Tally tally = Loops.closed(service, this::next, CALLERS, seconds);
      if (!tasks.stream().allMatch(task -> task.cancel(false))) {
        swapFailure = "swaps or samples ended before the calls";
      }
      clock.shutdown();
      clock.awaitTermination(1, TimeUnit.MINUTES);
      ObjectNode json = tally.json(elapsed());
      json.put("swaps", swaps).put("swapFailure", swapFailure).set("samples", samples);
      return json;
    } finally {
      clock.shutdownNow();
    }
  }

  private void swap() {
    try {
      service.swap();
      swaps++;
      // what is left of the heap then is what is held
      System.gc();
      sample();
    } catch (RuntimeException e) {
      swapFailure = e.toString();
    }
  }

  private double elapsed() {
    return (System.nanoTime() - start) / 1e9;
  }

  private synchronized void sample() {
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    String[] tasks = new File("/proc/self/task").list();
    add("seconds", elapsed());
    add("rssMiB", ProcessMemory.resident() / 1048576.0);
    add("heapMiB", heap.getUsed() / 1048576.0);
    add("threads", tasks == null ? -1 : tasks.length);
  }

  private void add(String name, double value) {
    ArrayNode line = samples.withArray("/" + name);
    line.add(Math.round(value * 100) / 100.0);
  }
}
