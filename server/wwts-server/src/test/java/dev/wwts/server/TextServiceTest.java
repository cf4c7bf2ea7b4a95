package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/**
 * A model that knows texts and has no classes: texts.pt, which the library's tests make
 * (ModelFiles.texts). Pictures and words are their colours, and a half.
 */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.model=classpath:texts.pt", "wwts.lanes=1"})
class TextServiceTest {
  /** A float's rounding of numbers up to 1. */
  private static final double ROUNDING = 1e-6;

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

  static byte[] picture(Color colour) {
    BufferedImage image = new BufferedImage(9, 12, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 9 * 12; i++) {
      image.setRGB(i % 9, i / 9, colour.getRGB());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void aTextsEmbeddingLiesWhereThePicturesDoes() {
    JsonNode texts = client.json("/v1/embed", "{\"texts\":[\"红\",\"\"]}").json().get("texts");
    assertThat(texts).hasSize(2);
    // the colour and a half, of length 1
    assertThat(texts.at("/0/embedding/0").asDouble()).isCloseTo(1 / Math.sqrt(1.25), within(1e-6));
    assertThat(texts.at("/1/embedding/3").asDouble()).isCloseTo(1, within(ROUNDING));
    assertThat(client.json("/v1/embed", "{\"texts\":[]}").status()).isEqualTo(400);
    assertThat(client.json("/v1/embed", "{\"texts\":[\"a\",null]}").status()).isEqualTo(400);
    assertThat(client.get("/v1/models").json().at("/models/0/texts").asBoolean()).isTrue();
  }

  @Test
  void aScoreSaysHowWellATextFits() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("red.png", picture(Color.RED));
    files.put("bad.png", new byte[3]);
    files.put("blue.png", picture(Color.BLUE));
    JsonNode pictures =
        client
            .upload("/v1/score?text=" + encoded("红") + "&text=" + encoded("a, b"), files)
            .json()
            .get("pictures");
    assertThat(pictures.at("/0/scores/0/score").asDouble()).isCloseTo(1, within(ROUNDING));
    assertThat(pictures.at("/1/error/status").asInt()).isEqualTo(415);
    // only the halves are alike
    assertThat(pictures.at("/2/scores/0/score").asDouble()).isCloseTo(0.2, within(ROUNDING));
    // a comma parts nothing
    JsonNode single =
        client
            .post("/v1/score?text=" + encoded("a, b"), "image/png", picture(Color.RED))
            .json()
            .at("/pictures/0/scores");
    assertThat(single).hasSize(1);
    assertThat(single.at("/0/text").asString()).isEqualTo("a, b");
    assertThat(client.post("/v1/score", "image/png", picture(Color.RED)).json().get("reason"))
        .hasToString("\"bad_texts\"");
  }

  @Test
  void labelsAreGivenWithThePicture() {
    String labels =
        "label=" + encoded("红") + "&label=" + encoded("蓝") + "&template=" + encoded("{}");
    JsonNode found =
        client
            .post("/v1/recognize?" + labels, "image/png", picture(Color.BLUE))
            .json()
            .at("/pictures/0");
    assertThat(found.at("/results/0/label").asString()).isEqualTo("蓝");
    assertThat(found.at("/results/0/index").asInt()).isEqualTo(1);
    JsonNode none =
        client
            .post("/v1/recognize?min-similarity=0.9&" + labels, "image/png", picture(Color.GREEN))
            .json()
            .at("/pictures/0");
    assertThat(none.get("results")).isEmpty();
    Client.Reply twice =
        client.post("/v1/recognize?label=a&label=a", "image/png", picture(Color.RED));
    assertThat(twice.status()).isEqualTo(400);
    assertThat(twice.json().get("reason").asString()).isEqualTo("bad_labels");
    // 120 times 120 texts in 2 KB
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      many.append("&label=").append(i).append("&template=%7B%7D").append(i);
    }
    Client.Reply tooMany =
        client.post("/v1/recognize?" + many.substring(1), "image/png", picture(Color.RED));
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.json().get("reason").asString()).isEqualTo("bad_labels");
    Client.Reply without = client.post("/v1/recognize", "image/png", picture(Color.RED));
    assertThat(without.status()).isEqualTo(422);
    assertThat(without.json().get("reason").asString()).isEqualTo("no_labels");
  }

  @Test
  void theInferenceProtocolGivesEmbeddingsAlone() {
    String model = client.get("/v1/models").json().at("/models/0/name").asString();
    assertThat(client.get("/v2/models/" + model).json().get("outputs").toString())
        .isEqualTo("[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]");
    String red = "1,".repeat(64) + "0,".repeat(127) + "0";
    String input =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,8,8],\"datatype\":\"FP32\",\"data\":[%s]}]%s}";
    JsonNode output =
        client
            .json("/v2/models/" + model + "/infer", input.formatted(red, ""))
            .json()
            .at("/outputs/0");
    assertThat(output.get("name").asString()).isEqualTo("embedding");
    assertThat(output.at("/data/0").asDouble()).isCloseTo(1 / Math.sqrt(1.25), within(ROUNDING));
    String logits = input.formatted(red, ",\"outputs\":[{\"name\":\"logits\"}]");
    assertThat(client.json("/v2/models/" + model + "/infer", logits).status()).isEqualTo(400);
  }

  @Test
  void theGalleryIsSearchedByWords() {
    client.post("/v1/gallery/examples?label=one", "image/png", picture(Color.RED));
    client.post("/v1/gallery/examples?label=other", "image/png", picture(Color.BLUE));
    JsonNode found = client.get("/v1/gallery:search?top=1&text=" + encoded("蓝")).json();
    assertThat(found.at("/neighbours/0/label").asString()).isEqualTo("other");
    assertThat(found.get("neighbours")).hasSize(1);
  }
}
