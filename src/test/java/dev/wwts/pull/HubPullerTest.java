package dev.wwts.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.pull.HubPuller.Terms;
import dev.wwts.pull.StandIn.Manner;
import dev.wwts.pull.StandIn.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of hubs, from servers on the loopback that answer as the hubs document it. */
class HubPullerTest extends PullCase {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final byte[] CONFIG = "{\"model_type\": \"tiny\"}".getBytes(UTF_8);
  private static final HubModel HF = model("hf:some.one/a_model");
  private static final HubModel MS = model("modelscope:some.one/a_model");
  private static final String LISTING = "/api/models/some.one/a_model/revision/main";
  private static final String RESOLVE = "/some.one/a_model/resolve/" + COMMIT + "/";
  private static final String MS_LISTING = "/api/v1/models/some.one/a_model/repo/files";
  private static final String MS_FILE = "/api/v1/models/some.one/a_model/repo";

  private final Map<String, Manner> paths = new HashMap<>();
  private final StandIn elsewhere = new StandIn(StandIn.serving(FILE));
  private final StandIn hub =
      new StandIn(
          exchange ->
              paths
                  .getOrDefault(exchange.getRequestURI().getPath(), StandIn.status(404))
                  .answer(exchange));

  @AfterEach
  void close() {
    hub.close();
    elsewhere.close();
  }

  private static HubModel model(String name) {
    return HubModel.of(name);
  }

  static String git(byte[] bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-1");
      sha.update(("blob " + bytes.length + "\0").getBytes(UTF_8));
      return HexFormat.of().formatHex(sha.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Manner text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return exchange -> StandIn.send(exchange, 200, bytes, bytes.length);
  }

  /** As Hugging Face lists a repository, with what nobody reads here. */
  private static Manner listing(String commit) {
    return text(
        """
        {"id": "some.one/a_model", "sha": "%s", "gated": false, "cardData": {"license": "mit"},
         "siblings": [
          {"rfilename": ".gitattributes", "size": 1519, "blobId": "a6344aac8c09253b3b630fb776ae94478aa0275b"},
          {"rfilename": "config.json", "size": %d, "blobId": "%s"},
          {"rfilename": "onnx/model.safetensors", "size": 3, "blobId": "%s"},
          {"rfilename": "model.safetensors", "size": %d, "blobId": "%s",
           "lfs": {"sha256": "%s", "size": %d, "pointerSize": 134}}]}
        """
            .formatted(
                commit,
                CONFIG.length,
                git(CONFIG),
                COMMIT,
                FILE.length,
                COMMIT,
                sha256(FILE),
                FILE.length));
  }

  /** A hub that is as it should be. */
  private void servesAll() {
    paths.put(LISTING, listing(COMMIT));
    paths.put(RESOLVE + "config.json", StandIn.serving(CONFIG));
    paths.put(
        RESOLVE + "model.safetensors",
        StandIn.status(
            302,
            "Location",
            elsewhere.address() + "/signed?with=it",
            "X-Linked-Etag",
            "\"" + sha256(FILE) + "\"",
            "X-Linked-Size",
            "300000"));
    paths.put(
        MS_LISTING,
        text(
            """
            {"Code": 200, "Success": true, "Data": {"LatestCommitter": {"Id": "", "ShortId": "01234567"}, "Files": [
              {"Path": "sub", "Type": "tree", "Size": 0, "Sha256": ""},
              {"Path": "config.json", "Type": "blob", "Size": %d, "Sha256": "%s", "IsLFS": false},
              {"Path": "model.safetensors", "Type": "blob", "Size": %d, "Sha256": "%s", "IsLFS": true}]}}
            """
                .formatted(CONFIG.length, sha256(CONFIG), FILE.length, sha256(FILE))));
    paths.put(
        MS_FILE,
        exchange -> {
          boolean isSmall = exchange.getRequestURI().getQuery().endsWith("=config.json");
          StandIn.serving(isSmall ? CONFIG : FILE).answer(exchange);
        });
  }

  private final class TinyMaker implements HubPuller.Maker {
    @Override
    public void require(Path weights) {
      assertThat(weights.resolveSibling("config.json")).hasBinaryContent(CONFIG);
      assertThat(weights).doesNotExist();
    }

    @Override
    public void make(Path weights, String name, Texts texts, List<String> labels, Path out) {
      assertThat(name).isEqualTo("a_model");
      assertThat(weights).hasBinaryContent(FILE);
      assertThat(texts.attribution()).isEqualTo("some.one/a_model");
      write(texts.version(), texts.source(), out);
    }
  }

  private boolean pull(HubModel model, Patience patience, String token, Optional<String> pin) {
    Terms terms = new Terms(Optional.of(hub.address()), pin, new Token(token), List.of());
    return new HubPuller(folder(), new TinyMaker(), patience, listener())
        .pull(model, terms, made -> {});
  }

  private boolean pull(HubModel model) {
    return pull(model, PATIENT, "", Optional.empty());
  }

  private String refusal(HubModel model, Patience patience, String token) {
    ModelException refused =
        catchThrowableOfType(
            ModelException.class, () -> pull(model, patience, token, Optional.empty()));
    assertThat(refused.getMessage())
        .hasSizeLessThanOrEqualTo(300)
        .doesNotContain("java.", "null", "secret");
    assertThat(models().resolve(model.fileName() + ".pt")).doesNotExist();
    return String.valueOf(refused.getMessage());
  }

  private String refusal(HubModel model) {
    return refusal(model, PATIENT, "");
  }

  private Manifest manifest(HubModel model) {
    return Bundle.describe(models().resolve(model.fileName() + ".pt")).manifest();
  }

  @Test
  void makesAModelOfWhatHuggingFaceHas() {
    servesAll();
    assertThat(pull(HF, PATIENT, "hf_secret", Optional.of(sha256(FILE)))).isTrue();
    assertThat(files()).containsExactly(".hf--some.one--a_model.lock", "hf--some.one--a_model.pt");
    assertThat(manifest(HF).version()).isEqualTo(COMMIT);
    assertThat(manifest(HF).source())
        .isEqualTo(hub.address() + RESOLVE + "model.safetensors (SHA-256 " + sha256(FILE) + ")");
    assertThat(hub.requests())
        .extracting(Request::path)
        .containsExactly(LISTING, RESOLVE + "config.json", RESOLVE + "model.safetensors");
    assertThat(hub.tokens()).containsOnly("Bearer hf_secret");
    assertThat(elsewhere.tokens()).as("another server").containsExactly("null");

    assertThat(pull(HF)).as("a second time").isFalse();
    assertThat(hub.requests()).as("asked for its commit").hasSize(4);
    assertThat(elsewhere.requests()).hasSize(1);
  }

  @Test
  void makesAModelOfWhatModelScopeHas() {
    servesAll();
    assertThat(pull(MS)).isTrue();
    assertThat(manifest(MS).version()).isEqualTo("01234567");
    assertThat(manifest(MS).source())
        .isEqualTo(
            "%s/models/some.one/a_model/resolve/01234567/model.safetensors (SHA-256 %s)"
                .formatted(hub.address(), sha256(FILE)));
    assertThat(pull(MS)).as("a second time").isFalse();
    assertThat(hub.requests())
        .extracting(Request::path)
        .containsExactly(MS_LISTING, MS_FILE, MS_FILE, MS_LISTING);
  }

  private static final byte[] INDEX =
      """
      {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
      """
          .getBytes(UTF_8);

  private static final byte[] SECOND = "the second part".getBytes(UTF_8);

  /** A hub whose weights are in two files; the second one is listed if it is to be. */
  private void servesParts(byte[] index, boolean isAll) {
    String part =
        "{\"rfilename\": \"model-0000%d-of-00002.safetensors\", \"size\": %d, \"lfs\": {\"sha256\": \"%s\"}}";
    String second = ", " + part.formatted(2, SECOND.length, sha256(SECOND));
    paths.put(
        LISTING,
        text(
            """
            {"sha": "%s", "siblings": [
              {"rfilename": "config.json", "size": %d, "blobId": "%s"},
              {"rfilename": "model.safetensors.index.json", "size": %d, "blobId": "%s"}, %s%s]}
            """
                .formatted(
                    COMMIT,
                    CONFIG.length,
                    git(CONFIG),
                    index.length,
                    git(index),
                    part.formatted(1, FILE.length, sha256(FILE)),
                    isAll ? second : "")));
    paths.put(RESOLVE + "config.json", StandIn.serving(CONFIG));
    paths.put(RESOLVE + "model.safetensors.index.json", StandIn.serving(index));
    paths.put(RESOLVE + "model-00001-of-00002.safetensors", StandIn.serving(FILE));
    paths.put(RESOLVE + "model-00002-of-00002.safetensors", StandIn.serving(SECOND));
  }

  private boolean pullParts() {
    Terms terms = new Terms(Optional.of(hub.address()), Optional.empty(), Token.NONE, List.of());
    HubPuller.Maker maker =
        new HubPuller.Maker() {
          @Override
          public void require(Path weights) {
            assertThat(weights).hasBinaryContent(INDEX);
          }

          @Override
          public void make(Path weights, String name, Texts texts, List<String> labels, Path out) {
            assertThat(weights.resolveSibling("model-00001-of-00002.safetensors"))
                .hasBinaryContent(FILE);
            assertThat(weights.resolveSibling("model-00002-of-00002.safetensors"))
                .hasBinaryContent(SECOND);
            write(texts.version(), texts.source(), out);
          }
        };
    return new HubPuller(folder(), maker, PATIENT, listener()).pull(HF, terms, made -> {});
  }

  @Test
  void makesAModelOfWeightsInParts() {
    servesParts(INDEX, true);
    Manner second = paths.get(RESOLVE + "model-00002-of-00002.safetensors");
    byte[] altered = SECOND.clone();
    altered[0] ^= 1;
    paths.put(RESOLVE + "model-00002-of-00002.safetensors", StandIn.serving(altered));
    assertThatThrownBy(this::pullParts)
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("model-00002-of-00002.safetensors", sha256(altered));
    paths.put(RESOLVE + "model-00002-of-00002.safetensors", second);
    assertThat(pullParts()).isTrue();
    assertThat(hub.requests())
        .extracting(Request::path)
        .as("the part that had arrived was kept")
        .containsOnlyOnce(RESOLVE + "model-00001-of-00002.safetensors");
    String lines =
        "%s  model-00001-of-00002.safetensors\n%s  model-00002-of-00002.safetensors\n"
            .formatted(sha256(FILE), sha256(SECOND));
    assertThat(manifest(HF).source())
        .endsWith("model.safetensors.index.json (SHA-256 " + sha256(lines.getBytes(UTF_8)) + ")");
    assertThat(files()).containsExactly(".hf--some.one--a_model.lock", "hf--some.one--a_model.pt");
    assertThat(pullParts()).as("a second time").isFalse();
  }

  @Test
  void partsThatAreNotAllThereAreNotFetched() {
    servesParts(INDEX, false);
    assertThat(refusal(HF)).contains("in one file or in parts");
    byte[] other = new String(INDEX, UTF_8).replace("-00002-", "-00001-").getBytes(UTF_8);
    servesParts(other, true);
    Terms terms = new Terms(Optional.of(hub.address()), Optional.empty(), Token.NONE, List.of());
    HubPuller.Maker maker =
        new HubPuller.Maker() {
          @Override
          public void require(Path weights) {}

          @Override
          public void make(Path weights, String name, Texts texts, List<String> labels, Path out) {
            throw new AssertionError("nothing is made of it");
          }
        };
    assertThatThrownBy(
            () -> new HubPuller(folder(), maker, PATIENT, listener()).pull(HF, terms, made -> {}))
        .hasMessageContaining("names other files of weights");
    assertThat(hub.requests())
        .extracting(Request::path)
        .noneMatch(path -> path.endsWith("-of-00002.safetensors"));
  }

  @Test
  void replacesWhatIsNotTheHubsNewest() throws IOException {
    servesAll();
    pull(HF);
    String newer = COMMIT.replace('0', 'f');
    paths.put(LISTING, listing(newer));
    for (String file : List.of("config.json", "model.safetensors")) {
      paths.put(RESOLVE.replace(COMMIT, newer) + file, paths.get(RESOLVE + file));
    }
    assertThat(pull(HF)).isTrue();
    assertThat(manifest(HF).version()).isEqualTo(newer);
    Files.delete(models().resolve("hf--some.one--a_model.pt"));
    Files.move(ModelFiles.tiny(temporary), models().resolve("hf--some.one--a_model.pt"));
    assertThatThrownBy(() -> pull(HF)).hasMessageContaining("no model that wwts pull has made");
  }

  @Test
  void otherLabelsMakeAnotherModel() {
    servesAll();
    pull(HF);
    List<String> labels =
        Bundle.describe(models().resolve(HF.fileName() + ".pt")).classes().labels();
    assertThat(pull(HF, labels)).isFalse();
    assertThat(pull(HF, List.of("一", "二", "三"))).isTrue();
  }

  private boolean pull(HubModel model, List<String> labels) {
    Terms terms = new Terms(Optional.of(hub.address()), Optional.empty(), Token.NONE, labels);
    return new HubPuller(folder(), new TinyMaker(), PATIENT, listener())
        .pull(model, terms, made -> {});
  }

  @Test
  void aRevisionHasAFileOfItsOwn() {
    servesAll();
    paths.put(LISTING.replace("main", "refs/pr/1"), listing(COMMIT));
    HubModel other = model("hf:some.one/a_model@refs/pr/1");
    assertThat(pull(HF)).isTrue();
    assertThat(pull(other)).isTrue();
    assertThat(folder().names())
        .containsExactly("hf--some.one--a_model", "hf--some.one--a_model@refs-pr-1");
    assertThat(folder().find("hf:some.one/a_model"))
        .isEqualTo(folder().find("hf--some.one--a_model"))
        .isPresent();
    assertThat(folder().find(other.toString())).isPresent();
    assertThat(folder().find("hf:some.one/other")).isEmpty();
  }

  @Test
  void goesOnWhereTheTransferBroke() {
    servesAll();
    try (StandIn flaky = new StandIn(StandIn.breakingOff(FILE, 100_000), StandIn.serving(FILE))) {
      paths.put(
          RESOLVE + "model.safetensors", StandIn.status(302, "Location", flaky.address() + "/x"));
      assertThat(pull(HF)).isTrue();
      assertThat(flaky.requests())
          .extracting(Request::range)
          .containsExactly("null", "bytes=100000-");
    }
  }

  @Test
  void refusesFilesThatAreNotWhatTheHubNames() {
    servesAll();
    byte[] altered = FILE.clone();
    altered[7] ^= 1;
    paths.put(RESOLVE + "model.safetensors", StandIn.serving(altered));
    assertThat(refusal(HF)).contains("has SHA-256 " + sha256(altered), "was removed");
    byte[] other = CONFIG.clone();
    other[3] = 'M';
    paths.put(RESOLVE + "config.json", StandIn.serving(other));
    assertThat(refusal(HF)).contains("config.json", "git SHA-1 " + git(other));
    paths.put(RESOLVE + "config.json", StandIn.serving(Arrays.copyOf(CONFIG, 9)));
    assertThat(refusal(HF)).contains("gives 9 bytes for config.json");
    paths.put(MS_FILE, StandIn.serving(other));
    assertThat(refusal(MS)).contains("config.json", "SHA-256 " + sha256(other));
  }

  @Test
  void refusesAFileThatIsAnotherByTheHubsOwnWord() {
    servesAll();
    paths.put(
        RESOLVE + "model.safetensors",
        StandIn.status(
            302, "Location", elsewhere.address() + "/x", "X-Linked-Etag", sha256(CONFIG)));
    assertThat(refusal(HF)).contains("redirects to a file of SHA-256 " + sha256(CONFIG));
  }

  @Test
  void aPinIsHeldAgainstTheHubsWordFirst() {
    servesAll();
    assertThatThrownBy(() -> pull(HF, PATIENT, "", Optional.of(sha256(CONFIG))))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(sha256(CONFIG), sha256(FILE), "nothing was fetched");
    assertThat(hub.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | GatedRepo | | accept its terms at https://huggingface.co/some.one/a_model, and set HF_TOKEN",
        "403 | GatedRepo | secret | the account of HF_TOKEN has no access",
        "401 | RepoNotFound | | no such model, or it is private: set HF_TOKEN",
        "401 | '' | secret | HF_TOKEN holds no token that is valid",
        "403 | '' | secret | may not read it",
        "404 | RepoNotFound | | there is no such model",
        "404 | RevisionNotFound | | it has no revision main",
        "404 | '' | | there is no such model",
        "429 | '' | | try again in 7 s",
        "500 | '' | | the server has a fault",
      })
  void saysWhatARefusalMeans(int status, String code, String token, String meaning) {
    servesAll();
    Manner refusing = StandIn.status(status, "X-Error-Code", code, "Retry-After", "7");
    String shown = Optional.ofNullable(token).orElse("");
    paths.put(LISTING, refusing);
    assertThat(refusal(HF, PATIENT, shown))
        .startsWith("127.0.0.1 answers " + status + " for some.one/a_model: ")
        .contains(meaning);
    paths.put(LISTING, listing(COMMIT));
    paths.put(RESOLVE + "model.safetensors", refusing);
    assertThat(refusal(HF, PATIENT, shown)).contains(meaning);
  }

  @Test
  void aModelThatNotEverybodyGetsIsFetchedOtherwise() {
    paths.put(MS_LISTING, StandIn.status(403));
    assertThat(refusal(MS)).contains("with your account, then wwts convert FOLDER");
    paths.remove(MS_LISTING);
    assertThat(refusal(MS)).contains("there is no such model, revision or file");
  }

  @Test
  void refusesWhatIsNoHub() {
    Map<String, String> answers =
        Map.of(
            "<html>Log in",
            "without JSON",
            "[".repeat(2000),
            "without JSON",
            "{\"sha\": \"main\"}",
            "without a commit",
            "",
            "without a commit",
            "{\"sha\": \"%s\"}".formatted(COMMIT),
            "has no weights that are read here",
            "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"model.safetensors.index.json\", \"size\": 9, \"blobId\": \"%s\"}]}"
                .formatted(COMMIT, COMMIT),
            "in one file or in parts");
    answers.forEach(
        (answer, words) -> {
          paths.put(LISTING, text(answer));
          assertThat(refusal(HF)).as(answer).contains(words);
        });
    String other = "f".repeat(40);
    paths.put(LISTING.replace("main", other), listing(COMMIT));
    assertThat(refusal(model("hf:some.one/a_model@" + other)))
        .contains("without the commit that was asked for");
    paths.put(MS_LISTING, text("{\"Success\": true}"));
    assertThat(refusal(MS)).contains("without a commit");
    paths.put(MS_LISTING, text("{\"Success\": false, \"Message\": \"no\\u001b such\"}"));
    assertThat(refusal(MS)).contains("without success (no\\u001b such)");
    byte[] blank = new byte[1 << 20];
    Arrays.fill(blank, (byte) ' ');
    paths.put(
        LISTING,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(blank);
          }
        });
    assertThat(refusal(HF)).contains("more than 16,777,216 bytes");
  }

  @Test
  void givesUpOnAListingThatDrips() {
    paths.put(
        LISTING,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            LockSupport.parkNanos(10_000_000);
          }
        });
    assertThat(refusal(HF, SHORT, "")).contains("the server is too slow");
  }

  @Test
  void namesAreWrittenAsOnTheHub() {
    assertThat(HubModel.of("hf:microsoft/resnet-50@v1.0"))
        .isEqualTo(new HubModel(Hub.HUGGING_FACE, "microsoft", "resnet-50", "v1.0"));
    for (String none : new String[] {"photos", "./hf:a/b", "C:\\x", "http://h/x", "hf--a--b"}) {
      assertThat(HubModel.isMeant(none)).isFalse();
      assertThat(HubModel.ifAny(none)).isEmpty();
    }
    for (String wrong :
        new String[] {
          "hf:",
          "hf:a",
          "hf:a/b/c",
          "hf:a/../b",
          "hf:a/b@",
          "hf:a/b@..",
          "hf:a--b/c",
          "hf:a/b?c",
          "modelscope:/b",
          "hf:a/b c",
          "hf:a/\u202eb",
          "hf:a/" + "b".repeat(96),
          "hf:a/b@a/../../c",
        }) {
      assertThat(HubModel.isMeant(wrong)).isTrue();
      assertThatThrownBy(() -> HubModel.of(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no model of a hub: it is written");
    }
  }

  @Test
  void aTokenIsShownToWhomItIsMeantForAlone() {
    Token token = new Token(" secret\n");
    String[][] cases = {
      {"https://h/a", "https://h/b", "Bearer secret"},
      {"https://h/a", "https://H/b", "Bearer secret"},
      {"https://h/a", "https://h:444/b", ""},
      {"https://h/a", "https://i/b", ""},
      {"http://h/a", "http://h/a", ""},
      {"http://127.0.0.1:9/a", "http://127.0.0.1:9/a", "Bearer secret"},
      {"http://127.0.0.1:9/a", "https://127.0.0.1:9/a", ""},
    };
    for (String[] each : cases) {
      assertThat(token.header(URI.create(each[0]), URI.create(each[1])))
          .as(each[0] + " " + each[1])
          .isEqualTo(each[2]);
    }
    assertThatThrownBy(() -> new Token("a\r\nHost: b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(token).asString().doesNotContain("secret");
  }
}
