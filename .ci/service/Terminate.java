import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sends a service eight large pictures and then SIGTERM: all eight are to be answered. */
public final class Terminate {
  private static final int CALLS = 8;

  /** 128 and SIGTERM's number. */
  private static final int TERMINATED = 143;

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI service;

  private Terminate(int port) {
    this.service = URI.create("http://localhost:" + port + "/");
  }

  /** Takes a picture of an alarm clock and the service's command. */
  public static void main(String[] args) throws Exception {
    Process process =
        new ProcessBuilder(List.of(args).subList(1, args.length))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      var out = new BufferedReader(new InputStreamReader(process.getInputStream()));
      String port =
          out.lines()
              .filter(line -> line.startsWith("port "))
              .findFirst()
              .orElseThrow(() -> new AssertionError("The service does not start."));
      Terminate terminate = new Terminate(Integer.parseInt(port.substring(5)));
      require("\u95f9\u949f", terminate.ask(Files.readAllBytes(Path.of(args[0]))).join().body());
      System.out.println(terminate.run(process));
    } finally {
      process.destroyForcibly();
    }
  }

  private String run(Process process) throws Exception {
    byte[] large = large();
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      asked.add(ask(large));
    }
    HttpRequest accepted = HttpRequest.newBuilder(service.resolve("accepted")).build();
    while (Integer.parseInt(client.send(accepted, BodyHandlers.ofString()).body()) < CALLS + 1) {
      Thread.onSpinWait();
    }
    long before = asked.stream().filter(CompletableFuture::isDone).count();
    process.toHandle().destroy();
    for (CompletableFuture<HttpResponse<String>> each : asked) {
      HttpResponse<String> answer = each.get(1, TimeUnit.MINUTES);
      require("200", String.valueOf(answer.statusCode()));
      require("false", String.valueOf(answer.body().isBlank()));
    }
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new AssertionError("The service does not end.");
    }
    require(String.valueOf(TERMINATED), String.valueOf(process.exitValue()));
    return "SIGTERM with %d of %d in flight: all %d answered."
        .formatted(CALLS - before, CALLS, CALLS);
  }

  private CompletableFuture<HttpResponse<String>> ask(byte[] picture) {
    HttpRequest request =
        HttpRequest.newBuilder(service.resolve("label"))
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofByteArray(picture))
            .build();
    return client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private static void require(String wanted, String got) {
    if (!wanted.equals(got)) {
      throw new AssertionError("'" + got + "', not '" + wanted + "'");
    }
  }

  /** 8,000 x 8,000 pixels in 35 bytes. */
  private static byte[] large() {
    ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort((short) 8_000).putShort((short) 8_000);
    gif.put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6});
    gif.put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'});
    return gif.array();
  }
}
