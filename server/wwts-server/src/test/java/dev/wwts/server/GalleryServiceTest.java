package dev.wwts.server;

import static dev.wwts.server.Client.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Embeddings and the gallery, as after {@code wwts serve --gallery DIR}. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1", "wwts.limits.max-bytes=1MB"})
class GalleryServiceTest {
  @TempDir private static Path folder;

  @LocalServerPort private int port;
  private Client client = new Client(0);

  @DynamicPropertySource
  static void gallery(DynamicPropertyRegistry registry) {
    registry.add("wwts.gallery", () -> folder.resolve("gallery").toString());
  }

  @BeforeEach
  void connect() {
    client = new Client(port);
  }

  @AfterEach
  void forget() {
    client
        .get("/v1/gallery")
        .json()
        .get("labels")
        .propertyNames()
        .forEach(label -> client.delete(examples(label)));
  }

  private static String examples(String label) {
    return "/v1/gallery/examples?label=" + URLEncoder.encode(label, StandardCharsets.UTF_8);
  }

  private JsonNode add(String label, String name) {
    Client.Reply reply = client.post(examples(label), "image/png", sample(name));
    assertThat(reply.status()).isEqualTo(200);
    return reply.json().at("/pictures/0");
  }

  private JsonNode recognize(String name) {
    return client.post("/v1/gallery:recognize", "image/png", sample(name)).json().at("/pictures/0");
  }

  @Test
  void aPictureBecomesNumbersWhoseProductsAreCosines() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.png", sample("teapot.png"));
    files.put("cut.png", Arrays.copyOf(sample("bicycle.png"), 300));
    files.put("b.png", sample("teapot.png"));
    JsonNode reply = client.upload("/v1/embed", files).json();
    int length = client.get("/v1/models").json().at("/models/0/embedding").asInt();
    assertThat(length).isPositive();
    assertThat(reply.at("/pictures/0/embedding")).hasSize(length);
    // a float's rounding, so many times
    assertThat(product(reply.at("/pictures/0/embedding"), reply.at("/pictures/2/embedding")))
        .isCloseTo(1, within(1e-5));
    assertThat(reply.at("/pictures/1/error/reason").asString()).isEqualTo("truncated");
    assertThat(reply.at("/pictures/0/millis/forward").asDouble()).isPositive();
    assertThat(reply.at("/model/sha256").asString()).hasSize(64);
    Client.Reply bad = client.post("/v1/embed?timings=false", "image/png", new byte[3]);
    assertThat(bad.status()).isEqualTo(415);
  }

  private static double product(JsonNode one, JsonNode other) {
    double sum = 0;
    for (int i = 0; i < one.size(); i++) {
      sum += one.get(i).asDouble() * other.get(i).asDouble();
    }
    return sum;
  }

  @Test
  void whatWasAddedIsKnownToTheNextRequestAndForgottenByTheNextOne() {
    assertThat(recognize("teapot.png").has("best")).isFalse();
    long id = add("我的茶壶", "teapot.png").get("id").asLong();
    add("我的相机", "camera.png");

    JsonNode found = recognize("teapot.png");
    assertThat(found.at("/result/label").asString()).isEqualTo("我的茶壶");
    assertThat(found.at("/result/id").asLong()).isEqualTo(id);
    assertThat(found.at("/result/similarity").asDouble()).isCloseTo(1, within(1e-5));
    JsonNode summary = client.get("/v1/gallery").json();
    assertThat(summary.get("examples").asInt()).isEqualTo(2);
    assertThat(summary.at("/labels/我的茶壶").asInt()).isEqualTo(1);

    assertThat(client.delete("/v1/gallery/examples/" + id).status()).isEqualTo(204);
    assertThat(client.delete("/v1/gallery/examples/" + id).json().get("reason").asString())
        .isEqualTo("unknown_example");
    assertThat(recognize("teapot.png").at("/best/label").asString()).isEqualTo("我的相机");
    assertThat(client.delete(examples("我的相机")).json().get("removed").asInt()).isEqualTo(1);
  }

  @Test
  void severalFilesAreAddedAndABadOneHasItsError() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("一.png", sample("teapot.png"));
    files.put("cut.png", Arrays.copyOf(sample("bicycle.png"), 300));
    files.put("../二.png", sample("camera.png"));
    JsonNode added = client.upload(examples("a/b <c>"), files).json().get("pictures");
    assertThat(added.at("/0/label").asString()).isEqualTo("a/b <c>");
    assertThat(added.at("/1/error/reason").asString()).isEqualTo("truncated");
    JsonNode page = client.get(examples("a/b <c>") + "&limit=1").json();
    assertThat(page.at("/examples/0/metadata/file").asString()).isEqualTo("一.png");
    long next = page.get("next").asLong();
    page = client.get(examples("a/b <c>") + "&after=" + next).json();
    assertThat(page.at("/examples/0/metadata/file").asString()).isEqualTo("../二.png");
    assertThat(page.has("next")).isFalse();
    assertThat(client.get(examples("other")).json().get("examples")).isEmpty();
  }

  @Test
  void searchGivesTheNearestFirst() {
    add("茶壶", "teapot.png");
    add("相机", "camera.png");
    add("雨伞", "umbrella.png");
    JsonNode found =
        client
            .post("/v1/gallery:search?top=2", "image/png", sample("camera.png"))
            .json()
            .at("/pictures/0/neighbours");
    assertThat(found).hasSize(2);
    assertThat(found.at("/0/label").asString()).isEqualTo("相机");
    assertThat(found.at("/0/similarity").asDouble())
        .isGreaterThan(found.at("/1/similarity").asDouble());
  }

  @Test
  void itChoosesItsThreshold() {
    Client.Reply few = client.post("/v1/gallery:calibrate", "application/json", new byte[0]);
    assertThat(few.status()).isEqualTo(409);
    assertThat(few.json().get("reason").asString()).isEqualTo("too_few");
    add("茶壶", "teapot.png");
    add("茶壶", "teapot.png");
    add("相机", "camera.png");
    JsonNode chosen = client.post("/v1/gallery:calibrate", "application/json", new byte[0]).json();
    assertThat(chosen.get("examples").asInt()).isEqualTo(3);
    assertThat(client.get("/v1/gallery").json().get("threshold").asDouble())
        .isEqualTo(chosen.get("threshold").asDouble());
    assertThat(recognize("umbrella.png").has("result")).isFalse();
    assertThat(recognize("umbrella.png").has("best")).isTrue();
  }

  /** The last one is the ideographic space alone. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u3000"})
  void aLabelSaysSomething(String label) {
    Client.Reply reply = client.post(examples(label), "image/png", sample("camera.png"));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("reason").asString()).isEqualTo("bad_label");
  }

  @Test
  void whatIsWrongWithARequestIsAProblem() {
    byte[] picture = sample("camera.png");
    assertThat(client.post(examples("长".repeat(1001)), "image/png", picture).status())
        .isEqualTo(400);
    assertThat(client.post("/v1/gallery/examples", "image/png", picture).status()).isEqualTo(400);
    assertThat(client.post(examples("a"), "text/plain", picture).status()).isEqualTo(415);
    assertThat(client.post(examples("a"), "image/png", new byte[2]).status()).isEqualTo(415);
    assertThat(client.post("/v1/gallery:search?top=0", "image/png", picture).status())
        .isEqualTo(400);
    assertThat(client.delete("/v1/gallery/examples/x").status()).isEqualTo(400);
    assertThat(client.delete("/v1/gallery/examples").status()).isEqualTo(400);
    assertThat(client.get("/v1/gallery/examples?limit=0").status()).isEqualTo(400);
    assertThat(client.get("/v1/gallery").json().get("examples").asInt()).isZero();
  }

  @Test
  void aModelThatKnowsNoTextsSaysSo() {
    for (Client.Reply reply :
        new Client.Reply[] {
          client.json("/v1/embed", "{\"texts\":[\"a\"]}"),
          client.get("/v1/gallery:search?text=a"),
          client.post("/v1/score?text=a", "image/png", sample("camera.png")),
          client.post("/v1/recognize?label=a", "image/png", sample("camera.png"))
        }) {
      assertThat(reply.status()).isEqualTo(422);
      assertThat(reply.json().get("reason").asString()).isEqualTo("no_text");
    }
  }

  @Test
  void theDocumentTellsHowPicturesAreSent() {
    JsonNode paths = client.get("/v3/api-docs").json().get("paths");
    for (String path :
        new String[] {
          "/v1/recognize",
          "/v1/embed",
          "/v1/gallery/examples",
          "/v1/gallery:recognize",
          "/v1/gallery:search"
        }) {
      JsonNode post = paths.path(path).path("post");
      JsonNode content = post.at("/requestBody/content");
      assertThat(content.propertyNames())
          .as(path)
          .startsWith("multipart/form-data", "image/*", "application/octet-stream");
      assertThat(
              content
                  .path("multipart/form-data")
                  .at("/schema/properties/file/items/format")
                  .asString())
          .isEqualTo("binary");
      assertThat(post.path("parameters").toString()).doesNotContain("\"upload\"");
    }
    assertThat(paths.at("/~1v1~1gallery~1examples").propertyNames())
        .contains("get", "post", "delete");
  }
}
