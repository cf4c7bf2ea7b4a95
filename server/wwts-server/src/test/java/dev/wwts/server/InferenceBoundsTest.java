package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelInfo;
import dev.wwts.ModelSlot;
import dev.wwts.OverloadedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Requests of the Open Inference Protocol that would take many times their bytes. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "wwts.home=../..",
      "wwts.lanes=1",
      "spring.servlet.multipart.max-request-size=100KB"
    })
class InferenceBoundsTest {
  private static final String INFER = "/v2/models/wwts-default/infer";

  @LocalServerPort private int port;
  @Autowired private ModelSlot slot;
  private Client client = new Client(0);

  @BeforeEach
  void connect() {
    client = new Client(port);
  }

  /** Each would become an object many times as large. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"inputs\":[%s]}",
        "{\"outputs\":[%s]}",
        "{\"parameters\":{\"data\":[%s]}}",
        "{\"inputs\":[{\"parameters\":{\"data\":[%s]}}]}",
        "{\"outputs\":[{\"data\":[%s]}]}"
      })
  void whatSaysMoreThanTheProtocolHasWordsForIsNotMadeObjectsOf(String body) {
    String many = "{},".repeat(5_000) + "{}";
    assertThat(client.json(INFER, body.formatted(many)).json().get("error").asString())
        .contains("more than 4096");
  }

  @Test
  void noMorePicturesAreReadThanThereShouldBe() {
    String texts = "\"\",".repeat(64) + "\"\"";
    Client.Reply reply =
        client.json(
            INFER,
            "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[%s]}]}".formatted(texts));
    assertThat(reply.json().get("error").asString()).contains("more than 64 texts");
    byte[] head =
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"parameters\":{\"binary_data_size\":4000}}]}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(binary(head, 4000)).contains("says 1 pictures, and more are there");
  }

  @Test
  void bytesBehindDataInJsonAreRefused() {
    byte[] head =
        "{\"inputs\":[{\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"%s\"]}]}"
            .formatted("")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(binary(head, 7)).contains("7 bytes follow");
  }

  /** What is answered to zeros behind JSON. */
  private String binary(byte[] head, int zeros) {
    Client.Reply reply =
        client.post(
            INFER,
            "application/octet-stream",
            Arrays.copyOf(head, head.length + zeros),
            "Inference-Header-Content-Length",
            Integer.toString(head.length));
    assertThat(reply.status()).isEqualTo(400);
    return reply.json().get("error").asString();
  }

  @Test
  void whatDoesNotSayHowLongItIsIsRefusedAsTooLarge() {
    Client.Reply reply = client.stream(INFER, "application/octet-stream", 100 * 1024 + 1);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().get("error").asString()).contains("102400 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "2147483648", "1e3"})
  void aLengthThatIsNoNumberIsToldInTheProtocolsWords(String length) {
    Client.Reply reply = client.json(INFER, "{}", "Inference-Header-Content-Length", length);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").asString()).contains("must be a whole number");
  }

  /** Two bytes in JSON are four as a number, and four for its picture. */
  @Test
  void numbersTakeRoomWhileTheirRequestIsUnderWay() {
    byte[] body =
        "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1,3,48,48],\"data\":[%s0]}]}"
            .formatted("0,".repeat(3 * 48 * 48 - 1))
            .getBytes(StandardCharsets.UTF_8);
    ModelInfo model = slot.version().model();
    UploadRoom room = new UploadRoom(1 << 16);
    try (RoomShare share = new RoomShare(room)) {
      InferenceRequest request = InferenceRequest.read(Client.JSON, body, null, model, share);
      assertThat(request.pictures()).hasSize(1);
      assertThat(room.left()).isLessThan((1 << 16) - 2 * 4 * 3 * 48 * 48);
      assertThatThrownBy(() -> InferenceRequest.read(Client.JSON, body, null, model, share))
          .isInstanceOf(OverloadedException.class);
    }
    assertThat(room.left()).isEqualTo(1 << 16);
  }
}
