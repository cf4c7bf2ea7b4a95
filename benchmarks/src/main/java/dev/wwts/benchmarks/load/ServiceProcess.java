package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A service in a process of its own that is put under the load that each line of its stdin says.
 */
public final class ServiceProcess {
  private ServiceProcess() {}

  /**
   * Takes name, model, lanes, threads and picture. Lines are "closed CALLERS SECONDS", "swapping
   * CALLERS SECONDS", "open RATE SECONDS SEED" or "soak SECONDS"; each is answered with a tally, a
   * line of JSON.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Shot shot = Shot.of(BenchmarkPictures.of(arguments[4]));
    try (Service service =
            Service.open(
                arguments[0],
                BenchmarkModels.of(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(run(service, shot, line.split(" ", -1)));
      }
    }
  }

  private static ObjectNode run(Service service, Shot shot, String[] words)
      throws InterruptedException {
    double number = Double.parseDouble(words[1]);
    if (words[0].equals("soak")) {
      return new Soak(service).run(number);
    }
    double seconds = Double.parseDouble(words[2]);
    if (words[0].equals("swapping")) {
      return swapping(service, shot, (int) number, seconds);
    }
    long start = System.nanoTime();
    Tally tally =
        words[0].equals("closed")
            ? Loops.closed(service, () -> shot, (int) number, seconds)
            : Loops.open(
                service,
                shot,
                Arrivals.poisson(number, seconds, Long.parseLong(words[3])),
                Loops.Clock.SYSTEM);
    return tally.json((System.nanoTime() - start) / 1e9);
  }

  /** A swap after the other as long as calls go on. */
  private static ObjectNode swapping(Service service, Shot shot, int callers, double seconds)
      throws InterruptedException {
    AtomicBoolean isOver = new AtomicBoolean();
    long start = System.nanoTime();
    CompletableFuture<Integer> swaps =
        CompletableFuture.supplyAsync(
            () -> {
              int n = 0;
              for (; !isOver.get(); n++) {
                service.swap();
              }
              return n;
            });
    try {
      Tally tally = Loops.closed(service, () -> shot, callers, seconds);
      ObjectNode json = tally.json((System.nanoTime() - start) / 1e9);
      isOver.set(true);
      return json.put("swaps", swaps.join());
    } finally {
      isOver.set(true);
    }
  }
}
