package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CliProcess;
import dev.wwts.Kit;
import dev.wwts.internal.model.Sha256;
import dev.wwts.pull.StandIn.Manner;
import dev.wwts.pull.StandIn.Request;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wwts pull hf:…} and {@code wwts convert} to the end, with the kit's weights. */
class HubKitTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String NAME = "hf:timm/mobilenetv2_100.kit";
  private static final String RESOLVE = "/timm/mobilenetv2_100.kit/resolve/" + COMMIT + "/";
  private static final String CONFIG =
      """
      {"architecture": "mobilenetv2_100", "num_classes": 1000, "model_args": {"pad_type": "same"},
       "pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "bilinear",
        "crop_pct": 0.875, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
      """;

  @TempDir private Path folder;

  private static Path weights() {
    return Kit.folder().resolve("weights/mobilenetv2_100_imagenet.safetensors");
  }

  private StandIn hub(byte[] config) throws IOException {
    byte[] weights = Files.readAllBytes(weights());
    String listing =
        """
        {"sha": "%s", "cardData": {"license": "apache-2.0"}, "siblings": [
          {"rfilename": "config.json", "size": %d, "blobId": "%s"},
          {"rfilename": "model.safetensors", "size": %d, "blobId": "%s", "lfs": {"sha256": "%s"}}]}
        """
            .formatted(
                COMMIT,
                config.length,
                HubPullerTest.git(config),
                weights.length,
                COMMIT,
                Sha256.of(weights()));
    byte[] listed = listing.getBytes(UTF_8);
    Map<String, Manner> paths =
        Map.of(
            "/api/models/timm/mobilenetv2_100.kit/revision/main",
            exchange -> StandIn.send(exchange, 200, listed, listed.length),
            RESOLVE + "config.json",
            StandIn.serving(config),
            RESOLVE + "model.safetensors",
            StandIn.serving(weights));
    return new StandIn(
        exchange ->
            paths
                .getOrDefault(exchange.getRequestURI().getPath(), StandIn.status(404))
                .answer(exchange));
  }

  private CliProcess wwts(String... arguments) throws IOException, InterruptedException {
    Map<String, String> environment =
        Map.of("WWTS_MODELS", folder.resolve("models").toString(), "HF_TOKEN", "hf_secret");
    return CliProcess.run(environment, Redirect.PIPE, arguments);
  }

  @Test
  void aHubsModelIsUsedByItsName() throws IOException, InterruptedException {
    try (StandIn hub = hub(CONFIG.getBytes(UTF_8))) {
      String mirror = hub.address().toString();
      CliProcess pulled = wwts("pull", NAME, "--mirror", mirror);
      assertThat(pulled.out()).contains("PASS", NAME + " is ready", "--model " + NAME);
      assertThat(pulled.out() + pulled.err()).doesNotContain("secret");
      assertThat(hub.tokens()).containsOnly("Bearer hf_secret");
      assertThat(wwts("info", NAME).out())
          .contains(COMMIT, Sha256.of(weights()), "apache-2.0", "timm/mobilenetv2_100.kit");
      String coffee = Kit.folder().resolve("photos/coffee.jpg").toString();
      assertThat(wwts("recognize", "--model", NAME, "--top", "1", coffee).out()).contains("- 浓缩咖啡");
      assertThat(wwts("pull", NAME, "--mirror", mirror).out()).contains(NAME + " is here already");
      assertThat(hub.requests()).hasSize(4);
    }
  }

  @Test
  void anUnknownNetworksWeightsAreNotFetched() throws IOException, InterruptedException {
    Kit.folder();
    String unknown = CONFIG.replace("mobilenetv2_100", "mobilenetv9_100");
    try (StandIn hub = hub(unknown.getBytes(UTF_8))) {
      CliProcess refused = wwts("pull", NAME, "--mirror", hub.address().toString());
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("mobilenetv9_100");
      assertThat(hub.requests())
          .extracting(Request::path)
          .doesNotContain(RESOLVE + "model.safetensors");
    }
  }

  @Test
  void aDownloadedFolderIsConverted() throws IOException, InterruptedException {
    Path downloaded = Files.createDirectory(folder.resolve("downloaded"));
    Files.createSymbolicLink(
        downloaded.resolve("model.safetensors"), weights().toAbsolutePath().normalize());
    Files.writeString(downloaded.resolve("config.json"), CONFIG);
    String out = folder.resolve("out.pt").toString();
    String digest = Sha256.of(weights());
    CliProcess refused =
        wwts("convert", downloaded.toString(), "--out", out, "--sha256", "0".repeat(64));
    assertThat(refused.err()).contains("has SHA-256 " + digest);
    assertThat(Path.of(out)).doesNotExist();
    CliProcess converted =
        wwts("convert", downloaded.toString(), "--out", out, "--name", "mine", "--sha256", digest);
    assertThat(converted.out()).contains("PASS", out + " is ready.");
    assertThat(wwts("info", out).out()).contains("mine", "model.safetensors (SHA-256 " + digest);
    assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".new"));
  }
}
