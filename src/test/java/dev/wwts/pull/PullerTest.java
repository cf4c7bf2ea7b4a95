package dev.wwts.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From a file to a model in the folder of models. */
class PullerTest extends PullCase {
  private Sources.Folder source(byte[] file) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("downloaded"));
    Files.write(folder.resolve("tiny.tflite"), file);
    return new Sources.Folder(folder);
  }

  @Test
  void putsAModelInTheFolderOnce() {
    try (StandIn server = new StandIn(StandIn.serving(FILE))) {
      assertThat(pull(server)).isTrue();
      assertThat(files()).containsExactly(".tiny.lock", "tiny.pt");
      assertThat(said).singleElement().asString().contains("Opening a connection to 127.0.0.1");
      try (Recognizer recognizer = Recognizer.load(models().resolve("tiny.pt"))) {
        assertThat(recognizer.model().labels()).containsExactly("红", "绿", "蓝");
      }
      assertThat(pull(server)).as("a second time").isFalse();
      assertThat(server.requests()).hasSize(1);
      assertThat(said).hasSize(1);
    }
  }

  @Test
  void takesADownloadedFile() throws IOException {
    assertThat(pull(source(FILE))).isTrue();
    assertThat(said).as("no connection").isEmpty();
    assertThat(temporary.resolve("downloaded/tiny.tflite")).hasBinaryContent(FILE);
  }

  @Test
  void refusesAnotherDownloadedFile() throws IOException {
    assertThat(refusal(source(Arrays.copyOf(FILE, 7)), PATIENT))
        .contains("has 7 bytes, not 300,000");
    assertThat(refusal(source(new byte[FILE.length]), PATIENT)).contains("has SHA-256");
    Files.delete(temporary.resolve("downloaded/tiny.tflite"));
    assertThat(refusal(new Sources.Folder(temporary.resolve("downloaded")), PATIENT))
        .contains("tiny.tflite does not exist");
    assertThat(files()).containsExactly(".tiny.lock");
  }

  @Test
  void replacesTheModelOfAnEarlierVersion() throws IOException {
    pull(source(FILE));
    byte[] first = Files.readAllBytes(models().resolve("tiny.pt"));
    assertThat(puller(PATIENT).pull(entry("2"), source(FILE), model -> {})).isTrue();
    assertThat(Files.readAllBytes(models().resolve("tiny.pt"))).isNotEqualTo(first);
    assertThat(folder().state(entry("2"))).isEqualTo(ModelFolder.State.CURRENT);
  }

  @Test
  void aModelThatFailsItsTestReplacesNone() throws IOException {
    pull(source(FILE));
    byte[] first = Files.readAllBytes(models().resolve("tiny.pt"));
    assertThatThrownBy(
            () ->
                puller(PATIENT)
                    .pull(
                        entry("2"),
                        source(FILE),
                        model -> {
                          throw new ModelException(ModelException.Reason.BAD_OUTPUT, "no");
                        }))
        .hasMessage("no");
    assertThat(models().resolve("tiny.pt")).hasBinaryContent(first);
    assertThat(files()).as("the fetched file is kept").contains(".tiny.tflite").hasSize(3);
  }

  @Test
  void leavesOtherPeoplesModelsAlone() throws IOException {
    Files.createDirectories(models());
    Files.move(ModelFiles.tiny(temporary), models().resolve("tiny.pt"));
    assertThatThrownBy(() -> pull(source(FILE)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is no model that wwts pull has made, or is damaged: move it away");
    Files.writeString(models().resolve("tiny.pt"), "something");
    assertThatThrownBy(() -> pull(source(FILE))).hasMessageContaining("move it away");
  }

  @Test
  void aModelThatIsHereNeedsNoFolderThatCanBeWritten() throws IOException {
    pull(source(FILE));
    Path lock = models().resolve(".tiny.lock");
    Files.delete(lock);
    Files.createDirectory(lock);
    assertThat(pull(source(FILE))).as("nothing to lock").isFalse();
  }

  @Test
  void whatAKilledPullHasLeftGoesWithTheNext() throws IOException {
    Path left = Files.createDirectories(models().resolve(".tiny.new/.convert-123"));
    Files.writeString(left.resolve("model.pt"), "half of it");
    begun(Arrays.copyOf(FILE, 1000));
    assertThat(part().toFile().setReadOnly()).isTrue();
    Path noted = Files.write(models().resolve(".tiny.tflite.part.etag"), new byte[] {'"', -1});
    assertThat(pull(source(FILE))).isTrue();
    assertThat(noted).doesNotExist();
    assertThat(files()).containsExactly(".tiny.lock", "tiny.pt");
  }

  @Test
  void aCopyCanBeGoneOnWithThoughItsOriginalIsReadOnly() throws IOException {
    Sources downloaded = source(FILE);
    assertThat(temporary.resolve("downloaded/tiny.tflite").toFile().setReadOnly()).isTrue();
    ModelException no = new ModelException(ModelException.Reason.BAD_OUTPUT, "no");
    assertThatThrownBy(
            () ->
                puller(PATIENT)
                    .pull(
                        entry("1"),
                        downloaded,
                        model -> {
                          throw no;
                        }))
        .isSameAs(no);
    assertThat(Files.getPosixFilePermissions(models().resolve(".tiny.tflite")))
        .contains(PosixFilePermission.OWNER_WRITE);
  }

  @Test
  void findsTheFolderOfTheUsersData() {
    Path folder = Path.of("wwts", "models");
    Map<String, Path> expected =
        Map.of(
            "/h/.local/share", Path.of("/h/.local/share").resolve(folder),
            "/d", Path.of("/d").resolve(folder));
    assertThat(ModelFolder.of(Map.of("HOME", "/h"), "/other").folder())
        .isEqualTo(expected.get("/h/.local/share"));
    assertThat(ModelFolder.of(Map.of("HOME", "/other", "XDG_DATA_HOME", "/d"), "/x").folder())
        .isEqualTo(expected.get("/d"));
    assertThat(ModelFolder.of(Map.of("HOME", "h", "XDG_DATA_HOME", "d"), "/h").folder())
        .as("relative ones are none")
        .isEqualTo(expected.get("/h/.local/share"));
    assertThat(ModelFolder.of(Map.of(), "?").folder())
        .as("Java knows no home")
        .isEqualTo(Path.of("/nonexistent/.local/share").resolve(folder));
    assertThatThrownBy(() -> ModelFolder.of(Map.of("WWTS_MODELS", "a\0b"), "/h"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("WWTS_MODELS");
  }

  @Test
  void saysThatTheFolderCannotBeMade() throws IOException {
    Files.writeString(temporary.resolve("data"), "a file");
    assertThatThrownBy(() -> pull(source(FILE)))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("can't be made", "--models", "WWTS_MODELS");
  }

  @Test
  void onePullOfAModelAtATime() throws IOException {
    folder().create();
    try (FileChannel lock = folder().lock("tiny", () -> {})) {
      assertThatThrownBy(() -> pull(source(FILE)))
          .hasMessage("This process is pulling tiny already.");
      assertThat(lock.isOpen()).isTrue();
    }
    assertThat(pull(source(FILE))).isTrue();
  }

  @Test
  void namesModelsByTheirFiles() throws IOException {
    pull(source(FILE));
    for (String other : new String[] {".hidden.pt", "Upper.pt", "a.b.pt", "notes.txt"}) {
      Files.writeString(models().resolve(other), "");
    }
    assertThat(folder().names()).containsExactly("tiny");
    assertThat(folder().find("tiny")).hasValue(models().resolve("tiny.pt"));
    assertThat(folder().find("none")).isEmpty();
    assertThat(folder().find("../models/tiny")).isEmpty();
    assertThat(new ModelFolder(temporary.resolve("gone")).names()).isEmpty();
  }
}
