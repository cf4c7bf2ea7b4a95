package dev.wwts.server;

import static dev.wwts.server.Client.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** The service on loopback, as it is after {@code wwts serve --models FOLDER}. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1", "wwts.limits.max-bytes=1MB"})
class ServiceTest {
  private static final String PIN =
      "cb286c5e03fd31aa852ffba2f2006eca8f7e3b7072515ef8e4e32f73de893936";
  private static Path folder = Path.of("");

  @LocalServerPort private int port;
  private Client client = new Client(0);

  @DynamicPropertySource
  static void models(DynamicPropertyRegistry registry) throws IOException {
    folder = Files.createTempDirectory("models");
    Files.copy(Client.MODELS.resolve("default.pt"), folder.resolve("next.pt"));
    Files.createSymbolicLink(
        folder.resolve("link.pt"), Client.MODELS.resolve("default.pt").toAbsolutePath());
    registry.add("wwts.server.models", () -> folder);
  }

  @AfterAll
  static void clean() throws IOException {
    FileSystemUtils.deleteRecursively(folder);
  }

  @BeforeEach
  void connect() {
    client = new Client(port);
  }

  @Test
  void severalFilesAreAnsweredInTheirOrderAndABadOneHasItsError() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("闹钟.png", sample("alarm-clock.png"));
    files.put("cut.png", Arrays.copyOf(sample("bicycle.png"), 300));
    files.put("bicycle.png", sample("bicycle.png"));
    Client.Reply reply = client.upload("/v1/recognize?top=2", files);
    assertThat(reply.status()).isEqualTo(200);
    JsonNode pictures = reply.json().get("pictures");
    assertThat(pictures).hasSize(3);
    assertThat(pictures.at("/0/file").asString()).isEqualTo("闹钟.png");
    assertThat(pictures.at("/0/results")).hasSize(2);
    assertThat(pictures.at("/0/results/0/label").asString()).isEqualTo("闹钟");
    // what bin/wwts prints for this picture; processors differ in the last bits
    assertThat(pictures.at("/0/results/0/confidence").asDouble()).isCloseTo(0.9822, within(1e-3));
    assertThat(pictures.at("/0/millis/forward").asDouble()).isPositive();
    assertThat(pictures.at("/1/error/status").asInt()).isEqualTo(400);
    assertThat(pictures.at("/1/error/reason").asString()).isEqualTo("truncated");
    assertThat(pictures.at("/1/results").isMissingNode()).isTrue();
    assertThat(pictures.at("/2/best/label").asString()).isEqualTo("自行车");
    assertThat(reply.json().at("/model/name").asString()).isEqualTo("wwts-default");
  }

  @Test
  void aBodyIsAPictureAndTheQuerySaysHowMuchIsTold() {
    byte[] bicycle = sample("bicycle.png");
    JsonNode all = client.post("/v1/recognize", "image/png", bicycle).json().at("/pictures/0");
    assertThat(all.get("results")).hasSize(5);
    JsonNode sure =
        client
            .post(
                "/v1/recognize?min-confidence=0.5&timings=false",
                "application/octet-stream",
                bicycle)
            .json()
            .at("/pictures/0");
    assertThat(sure.get("results")).hasSize(1);
    assertThat(sure.has("millis")).isFalse();
    JsonNode unsure =
        client.post("/v1/recognize?threshold=0.99", "image/png", bicycle).json().at("/pictures/0");
    assertThat(unsure.get("results")).isEmpty();
    assertThat(unsure.at("/best/label").asString()).isEqualTo("自行车");
  }

  @Test
  void whatIsWrongWithAPictureIsAProblemWithItsReason() {
    problem(client.post("/v1/recognize", "image/png", new byte[0]), 400, "empty");
    problem(
        client.post("/v1/recognize", "image/png", Arrays.copyOf(sample("bicycle.png"), 300)),
        400,
        "truncated");
    problem(
        client.post("/v1/recognize", "image/png", "words".getBytes(StandardCharsets.UTF_8)),
        415,
        "unsupported_format");
    problem(client.post("/v1/recognize", "image/png", new byte[(1 << 20) + 1]), 413, "too_large");
    problem(
        client.upload("/v1/recognize", Map.of("a.png", new byte[3])), 415, "unsupported_format");
  }

  @Test
  void whatIsWrongWithARequestIsAProblemToo() {
    byte[] picture = sample("bicycle.png");
    problem(client.post("/v1/recognize", "text/plain", picture), 415, "");
    problem(client.post("/v1/recognize?top=0", "image/png", picture), 400, "");
    problem(client.post("/v1/recognize?top=101", "image/png", picture), 400, "");
    problem(client.post("/v1/recognize?threshold=x", "image/png", picture), 400, "");
    problem(client.get("/v1/recognize"), 405, "");
    problem(client.get("/v1/nothing"), 404, "");
    problem(client.upload("/v1/recognize", Map.of("a.png", new byte[2 << 20])), 413, "");
    problem(client.post("/v1/recognize", "multipart/form-data", picture), 400, "");
  }

  @Test
  void bodiesThatLieAreRefused() {
    String part =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nabc";
    String type = "multipart/form-data; boundary=x";
    problem(client.post("/v1/recognize", type, bytes(part)), 400, "");
    problem(client.post("/v1/recognize", type, bytes("--x--\r\n")), 400, "");
    problem(
        client.post("/v1/recognize", type, bytes(part + "\r\n--x--\r\n")),
        415,
        "unsupported_format");
    // without a length, so that only reading tells that it is too much
    problem(client.stream("/v1/recognize", "image/png", (1 << 20) + 1), 413, "too_large");
    assertThat(client.stream("/v1/recognize", type, 2 << 20).status()).isEqualTo(400);
    String deep = "[".repeat(100_000);
    assertThat(client.json("/v2/models/wwts-default/infer", deep).status()).isEqualTo(400);
    problem(client.json("/v1/models/wwts-default:swap", deep), 400, "");
    assertThat(client.get("/v1/models").status()).isEqualTo(200);
  }

  @Test
  void aRequestThatIsTooLongIsRefusedUnread() throws Exception {
    String head =
        "POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 9999999999\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(bytes(head));
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  /** Together these say that they will send all that bodies may take of a heap of 1 GB. */
  @Test
  void whoOnlyAnnouncesABodyKeepsNobodyOut() throws Exception {
    String head =
        "POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\nx";
    List<Socket> silent = new ArrayList<>();
    try {
      for (int length = 1 << 27; length >= 1 << 10; length /= 2) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        silent.add(socket);
        socket.getOutputStream().write(bytes(head.formatted(length)));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(client.post("/v1/recognize", "image/png", sample("bicycle.png")).status())
            .isEqualTo(200);
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void aFilesNameIsOnlyToldNeverUsed() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("../../etc/passwd", sample("bicycle.png"));
    files.put("a\u202e\u0007b<script>.png", new byte[0]);
    JsonNode pictures = client.upload("/v1/recognize", files).json().get("pictures");
    assertThat(pictures.at("/0/file").asString()).isEqualTo("../../etc/passwd");
    assertThat(pictures.at("/0/best/label").asString()).isEqualTo("自行车");
    assertThat(pictures.at("/1/error/detail").asString()).doesNotContain("\u202e", "\u0007");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void problem(Client.Reply reply, int status, String reason) {
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(reply.json().path("status").asInt()).isEqualTo(status);
    assertThat(reply.json().path("detail").asString()).isNotBlank().hasSizeLessThanOrEqualTo(300);
    assertThat(reply.json().path("reason").asString("")).isEqualTo(reason);
  }

  @Test
  void theModelIsToldAndSwappedUnderItsPin() {
    JsonNode before = client.get("/v1/models").json().at("/models/0");
    assertThat(before.get("sha256").asString()).isEqualTo(PIN);
    assertThat(before.get("classes").asInt()).isEqualTo(707);
    Client.Reply swapped =
        client.json("/v1/models/wwts-default:swap", swap("next.pt", PIN.toUpperCase(Locale.ROOT)));
    assertThat(swapped.status()).isEqualTo(200);
    assertThat(swapped.json().get("file").asString()).isEqualTo("next.pt");
    assertThat(swapped.json().get("generation").asLong())
        .isEqualTo(before.get("generation").asLong() + 1);
    problem(
        client.json("/v1/models/wwts-default:swap", swap("next.pt", "0".repeat(64))),
        422,
        "wrong_sha256");
    problem(client.json("/v1/models/other:swap", swap("next.pt", PIN)), 404, "unknown_model");
    Client.Reply unpinned = client.json("/v1/models/wwts-default:swap", swap("", "x"));
    problem(unpinned, 400, "");
    assertThat(unpinned.json().get("detail").asString())
        .isEqualTo("file must not be blank; sha256 must be 64 hexadecimal digits.");
    problem(client.post("/v1/models/wwts-default:swap", "text/plain", new byte[0]), 415, "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../models/default.pt",
        "/etc/passwd",
        "..",
        ".",
        "link.pt",
        "sub/next.pt",
        "./next.pt",
        "next.pt/",
        "nothing.pt",
        "next\\u0000.pt"
      })
  void onlyAFileOfTheFolderItselfIsSwappedIn(String name) {
    problem(client.json("/v1/models/wwts-default:swap", swap(name, PIN)), 404, "unknown_file");
  }

  private static String swap(String file, String sha256) {
    return "{\"file\":\"%s\",\"sha256\":\"%s\"}".formatted(file, sha256);
  }

  @Test
  void withoutAGalleryThatIsSaid() {
    assertThat(client.get("/v1/models").json().get("gallery").asBoolean()).isFalse();
    problem(client.get("/v1/gallery"), 404, "no_gallery");
    problem(
        client.post("/v1/gallery/examples?label=a", "image/png", sample("bicycle.png")),
        404,
        "no_gallery");
    problem(
        client.post("/v1/gallery:recognize", "image/png", sample("bicycle.png")),
        404,
        "no_gallery");
  }

  @Test
  void othersPagesAndOthersNamesAreRefused() {
    Client.Reply page =
        client.post(
            "/v1/recognize", "image/png", sample("bicycle.png"), "Origin", "https://other.example");
    assertThat(page.status()).isEqualTo(403);
    assertThat(client.get("/v1/models", "Host", "other.example").status()).isEqualTo(400);
    assertThat(client.get("/v1/models", "Host", "localhost").status()).isEqualTo(200);
    assertThat(client.get("/v1/models").header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'");
  }

  @Test
  void healthAndTheDocumentAreThere() {
    assertThat(
            client
                .get("/actuator/health/readiness")
                .json()
                .at("/components/wwts/status")
                .asString())
        .isEqualTo("UP");
    JsonNode paths = client.get("/v3/api-docs").json().get("paths");
    assertThat(paths.has("/v1/recognize")).isTrue();
    assertThat(paths.has("/v1/models/{name}:swap")).isTrue();
    assertThat(client.get("/swagger-ui/index.html").status()).isEqualTo(200);
  }
}
