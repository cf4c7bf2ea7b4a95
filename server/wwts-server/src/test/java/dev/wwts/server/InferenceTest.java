package dev.wwts.server;

import static dev.wwts.server.Client.sample;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The Open Inference Protocol, version 2. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"wwts.home=../..", "wwts.lanes=1"})
class InferenceTest {
  private static final String INFER = "/v2/models/wwts-default/infer";
  private static final int SIDE = 48;
  private static final int CLASSES = 707;

  @LocalServerPort private int port;
  @Autowired private ModelSlot slot;
  private Client client = new Client(0);

  @BeforeEach
  void connect() {
    client = new Client(port);
  }

  /**
   * What the published OpenAPI (kserve/open-inference-protocol, open_inference_rest.yaml) requires
   * of each answer: paths, fields, types.
   */
  @ParameterizedTest
  @CsvSource({
    "/v2/, name:STRING version:STRING extensions:ARRAY",
    "/v2, name:STRING version:STRING extensions:ARRAY",
    "/v2/health/live, ''",
    "/v2/health/ready, ''",
    "/v2/models/wwts-default, name:STRING platform:STRING versions:ARRAY inputs:ARRAY outputs:ARRAY",
    "/v2/models/wwts-default/versions/1, name:STRING platform:STRING",
    "/v2/models/wwts-default/ready, ''",
    "/v2/models/wwts-default/versions/1/ready, ''"
  })
  void eachAnswerIsAsTheDocumentHasIt(String path, String fields) {
    Client.Reply reply = client.get(path);
    assertThat(reply.status()).isEqualTo(200);
    Pattern.compile("(\\w+):(\\w+)")
        .matcher(fields)
        .results()
        .forEach(
            it ->
                assertThat(reply.json().path(it.group(1)).getNodeType().toString())
                    .isEqualTo(it.group(2)));
  }

  @Test
  void theModelTellsItsTensors() {
    JsonNode model = client.get("/v2/models/wwts-default").json();
    assertThat(model.get("inputs").toString())
        .isEqualTo(
            "[{\"name\":\"picture\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                + "{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[-1,3,48,48]}]");
    assertThat(model.get("outputs").toString())
        .startsWith(
            "[{\"name\":\"classes\",\"datatype\":\"BYTES\",\"shape\":[-1,707]},"
                + "{\"name\":\"logits\",\"datatype\":\"FP32\",\"shape\":[-1,707]}");
    assertThat(client.get("/v2/models/wwts-default/versions/999").status()).isEqualTo(404);
    assertThat(client.get("/v2/models/other").json().get("error").asString()).isNotBlank();
    assertThat(client.json("/v2/models/other/infer", "{}").status()).isEqualTo(404);
  }

  private static float[] random(int pictures) {
    Random random = new Random(2);
    float[] values = new float[pictures * 3 * SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** What the library says of the same numbers. */
  private float[] logits(float[] values, int picture) {
    int size = 3 * SIDE * SIDE;
    float[] own = Arrays.copyOfRange(values, picture * size, (picture + 1) * size);
    return slot.with(
        (recognizer, version) -> recognizer.logits(List.of(new Picture.Tensor("own", own))).get(0));
  }

  @Test
  void theNetworksInputIsANestedTensorOfNumbers() {
    float[] values = random(2);
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      // rows of rows of planes of pictures
      data.append(i % SIDE == 0 ? (i == 0 ? "[[" : "],[") : ",").append(values[i]);
    }
    JsonNode reply =
        client
            .json(
                INFER,
                "{\"outputs\":[{\"name\":\"logits\"},{\"name\":\"classes\"}],\"inputs\":[{\"data\":"
                    + data
                    + "]],\"name\":\"input\",\"shape\":[2,3,48,48],\"datatype\":\"FP32\"}]}")
            .json();
    JsonNode logits = reply.at("/outputs/0");
    assertThat(logits.get("name").asString()).isEqualTo("logits");
    assertThat(logits.get("datatype").asString()).isEqualTo("FP32");
    assertThat(logits.get("shape").toString()).isEqualTo("[2,707]");
    assertThat(logits.get("data")).hasSize(2 * CLASSES);
    for (int picture = 0; picture < 2; picture++) {
      float[] expected = logits(values, picture);
      for (int i = 0; i < CLASSES; i++) {
        // the shortest text of a float is that float
        assertThat((float) logits.get("data").get(picture * CLASSES + i).asDouble())
            .isEqualTo(expected[i]);
      }
    }
    assertThat(reply.at("/outputs/1/name").asString()).isEqualTo("classes");
    // noise is not recognised
    assertThat(reply.at("/outputs/1/shape").toString()).isEqualTo("[2,0]");
  }

  @Test
  void soItIsInBinaryBothWays() {
    float[] values = random(1);
    byte[] head =
        """
        {"inputs":[{"name":"input","shape":[1,3,48,48],"datatype":"FP32","parameters":{"binary_data_size":%d}}],
         "outputs":[{"name":"logits","parameters":{"binary_data":true}},{"name":"classes","parameters":{"classification":1}}]}"""
            .formatted(4 * values.length)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(head.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    body.put(head);
    body.asFloatBuffer().put(values);
    Client.Reply reply =
        client.post(
            INFER,
            "application/octet-stream",
            body.array(),
            "Inference-Header-Content-Length",
            Integer.toString(head.length));
    assertThat(reply.status()).isEqualTo(200);
    byte[] all = reply.response().body();
    int json = Integer.parseInt(reply.header("Inference-Header-Content-Length"));
    JsonNode outputs = Client.JSON.readTree(Arrays.copyOf(all, json)).get("outputs");
    assertThat(outputs.at("/0/parameters/binary_data_size").asInt()).isEqualTo(4 * CLASSES);
    assertThat(outputs.at("/0/data").isMissingNode()).isTrue();
    assertThat(outputs.at("/1/data").isArray()).isTrue();
    float[] logits = new float[CLASSES];
    ByteBuffer.wrap(all, json, all.length - json)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(logits);
    assertThat(logits).containsExactly(logits(values, 0));
  }

  @Test
  void binaryNumbersMustBeWhole() {
    byte[] head =
        """
        {"inputs":[{"name":"input","shape":[1,3,48,48],"datatype":"FP32","parameters":{"binary_data_size":%d}}]}"""
            .formatted(4 * 3 * SIDE * SIDE + 1)
            .getBytes(StandardCharsets.UTF_8);
    Client.Reply reply =
        client.post(
            INFER,
            "application/octet-stream",
            Arrays.copyOf(head, head.length + 4 * 3 * SIDE * SIDE + 1),
            "Inference-Header-Content-Length",
            Integer.toString(head.length));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").asString()).contains("inside of a number");
  }

  @Test
  void whatAClientSentIsToldBriefly() {
    String sizes = "1,".repeat(100_000) + "1";
    for (String input :
        List.of(
            "\"datatype\":\"FP32\",\"shape\":[" + sizes + "]",
            "\"shape\":[1],\"datatype\":\"" + sizes + "\"")) {
      Client.Reply reply = client.json(INFER, "{\"inputs\":[{" + input + ",\"data\":[1]}]}");
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().get("error").asString()).hasSizeLessThanOrEqualTo(300);
    }
  }

  @Test
  void anInputThatIsNotFiniteIsTheCallersFault() {
    String values = "1e39" + ",0".repeat(3 * SIDE * SIDE - 1);
    Client.Reply reply =
        client.json(
            INFER,
            "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,48,48],\"datatype\":\"FP32\",\"data\":[%s]}]}"
                .formatted(values));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").asString()).contains("not finite");
  }

  @Test
  void itRecognisesPicturesInBase64() {
    String two =
        """
        {"id":"7","inputs":[{"name":"picture","shape":[2,1],"datatype":"BYTES","data":[["%s"],["%s"]]}],
         "outputs":[{"name":"classes","parameters":{"classification":1}}]}"""
            .formatted(base64("alarm-clock.png"), base64("bicycle.png"));
    JsonNode reply = client.json(INFER, two).json();
    assertThat(reply.get("id").asString()).isEqualTo("7");
    assertThat(reply.get("model_name").asString()).isEqualTo("wwts-default");
    assertThat(reply.at("/outputs/0/shape").toString()).isEqualTo("[2,1]");
    assertThat(reply.at("/outputs/0/data/0").asString()).matches("0\\.98\\d{4}:622:闹钟");
    assertThat(reply.at("/outputs/0/data/1").asString()).endsWith(":自行车");
  }

  @Test
  void andInBinary() {
    byte[] picture = sample("alarm-clock.png");
    byte[] head =
        """
        {"inputs":[{"name":"picture","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":%d}}],
         "parameters":{"binary_data_output":true}}"""
            .formatted(picture.length + 4)
            .getBytes(StandardCharsets.UTF_8);
    byte[] body =
        ByteBuffer.allocate(head.length + 4 + picture.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(head)
            .putInt(picture.length)
            .put(picture)
            .array();
    String length = Integer.toString(head.length);
    Client.Reply reply =
        client.post(
            INFER, "application/octet-stream", body, "Inference-Header-Content-Length", length);
    assertThat(reply.status()).isEqualTo(200);
    byte[] all = reply.response().body();
    int json = Integer.parseInt(reply.header("Inference-Header-Content-Length"));
    ByteBuffer elements =
        ByteBuffer.wrap(all, json, all.length - json).order(ByteOrder.LITTLE_ENDIAN);
    byte[] first = new byte[elements.getInt()];
    elements.get(first);
    assertThat(new String(first, StandardCharsets.UTF_8)).endsWith(":622:闹钟");
    JsonNode tensor = Client.JSON.readTree(Arrays.copyOf(all, json)).at("/outputs/0");
    assertThat(tensor.at("/shape").toString()).isEqualTo("[1,5]");
    assertThat(tensor.at("/parameters/binary_data_size").asInt()).isEqualTo(all.length - json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"inputs\":[]}",
        "{\"inputs\":[null]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"FP64\",\"shape\":[1],\"data\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,48,48,3],\"data\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[0,3,48,48],\"data\":[]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[65,3,48,48],\"data\":[]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[null,3,48,48],\"data\":[]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[\"x\"]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[NaN]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[{}]}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":7}]}",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[[1]",
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"%\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[2],\"data\":[\"\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[-1],\"data\":[\"\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[3037000500,3037000500],\"data\":[\"\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"data\":[\"\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"parameters\":{\"binary_data_size\":-4}}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}],\"outputs\":[{\"name\":\"x\"}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}],\"outputs\":[{\"name\":\"logits\"},{\"name\":\"logits\"}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}],\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":1}}]}",
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\"]}],\"outputs\":[null]}"
      })
  void whatIsNotOfTheProtocolIsRefusedInASentence(String body) {
    Client.Reply reply = client.json(INFER, body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").asString()).isNotBlank();
  }

  private static String base64(String sample) {
    return Base64.getEncoder().encodeToString(sample(sample));
  }
}
