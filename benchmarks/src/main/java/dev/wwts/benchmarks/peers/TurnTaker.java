package dev.wwts.benchmarks.peers;

import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A rival in a process of its own that makes one call for each line of its stdin. */
public final class TurnTaker {
  private static final double NANOS_PER_MILLI = 1e6;

  private TurnTaker() {}

  /**
   * Takes peer, model, threads, precision and pictures, which are sizes or .png files and are asked
   * in turn; answers with a line of JSON a call, as benchmarks/python/reference.py does.
   */
  public static void main(String[] arguments) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    for (String name : List.of(arguments).subList(4, arguments.length)) {
      pictures.add(
          name.endsWith(".png") ? Files.readAllBytes(Path.of(name)) : BenchmarkPictures.of(name));
    }
    try (Peer peer =
            Peer.open(
                arguments[0],
                BenchmarkModels.of(arguments[1]),
                Integer.parseInt(arguments[2]),
                arguments[3]);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (int call = 0; in.readLine() != null; call++) {
        byte[] picture = pictures.get(call % pictures.size());
        long start = System.nanoTime();
        int[] indices = peer.recognize(picture);
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        System.out.println(
            "{\"indices\": " + Arrays.toString(indices) + ", \"total\": " + millis + "}");
      }
    }
  }
}
