package dev.wwts.server;

import dev.wwts.Picture;
import dev.wwts.Recognizer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The service on loopback beside the library in this process, asked at the same moments: 80 % of
 * what the service sustains, turn by turn, then twice of it. {@code mvn -f server/pom.xml -Pload
 * verify -DskipTests} prints the table of docs/LOAD.md.
 */
final class ServiceLoad {
  private static final int CALLERS = 32;
  private static final int ROUNDS = 2;
  private static final double SHARE = 0.8;
  private static final double TOO_MUCH = 2;

  private ServiceLoad() {}

  /** The argument: seconds of each step. */
  public static void main(String[] args) throws Exception {
    int seconds = Integer.parseInt(args[0]);
    byte[] picture = Client.sample("bicycle.png");
    try (ServerProcess server =
            ServerProcess.start(System.getProperty("java.home"), "--threads", "1");
        Recognizer recognizer =
            Recognizer.builder(Client.MODELS.resolve("default.pt")).threads(1).load()) {
      Supplier<CompletableFuture<String>> service = service(server.port(), picture);
      Supplier<CompletableFuture<String>> library =
          () -> recognizer.answerAsync(Picture.of(picture)).thenApply(answer -> "answered");
      OpenLoop.closed(CALLERS, seconds, service);
      OpenLoop.closed(CALLERS, seconds, library);
      double rate = OpenLoop.closed(CALLERS, seconds, service);
      System.out.printf("sustained: %.0f calls a second%n", rate);
      System.out.println("| what | calls a second | outcomes | p50, ms | p99, ms | worst, ms |");
      System.out.println("| --- | ---: | --- | ---: | ---: | ---: |");
      for (int round = 0; round < ROUNDS; round++) {
        row("service", SHARE * rate, OpenLoop.run(SHARE * rate, seconds, round, "200", service));
        row(
            "library",
            SHARE * rate,
            OpenLoop.run(SHARE * rate, seconds, round, "answered", library));
      }
      long before = server.resident();
      for (int round = 0; round < ROUNDS; round++) {
        row(
            "service, too much",
            TOO_MUCH * rate,
            OpenLoop.run(TOO_MUCH * rate, seconds, round, "200", service));
        System.out.printf("resident: %d MiB, %d before%n", server.resident() >> 20, before >> 20);
      }
      server.terminate();
      System.out.println("exit code " + server.end());
    }
  }

  private static Supplier<CompletableFuture<String>> service(int port, byte[] picture) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v1/recognize?timings=false"))
            .header("Content-Type", "image/png")
            .POST(BodyPublishers.ofByteArray(picture))
            .build();
    return () ->
        http.sendAsync(request, BodyHandlers.discarding())
            .thenApply(response -> Integer.toString(response.statusCode()));
  }

  private static void row(String what, double rate, OpenLoop.Result result) {
    System.out.printf(
        "| %s | %.0f | %s | %.1f | %.1f | %.1f |%n",
        what, rate, result.outcomes(), result.part(0.5), result.part(0.99), result.part(1));
  }
}
