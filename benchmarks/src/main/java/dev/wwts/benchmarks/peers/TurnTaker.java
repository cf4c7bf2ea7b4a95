package dev.wwts.benchmarks.peers;

import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A rival in a process of its own that makes one call for each line of its stdin. */
public final class TurnTaker {
  private static final double NANOS_PER_MILLI = 1e6;

  private TurnTaker() {}

  /** Takes peer, model, threads, precision and picture; answers with a line of JSON a call. */
  public static void main(String[] arguments) throws IOException {
    byte[] picture = BenchmarkPictures.of(arguments[4]);
    try (Peer peer =
            Peer.open(
                arguments[0],
                BenchmarkModels.of(arguments[1]),
                Integer.parseInt(arguments[2]),
                arguments[3]);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (in.readLine() != null) {
        long start = System.nanoTime();
        peer.recognize(picture);
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        System.out.println("{\"total\": " + millis + "}");
      }
    }
  }
}
