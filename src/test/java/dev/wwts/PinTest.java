package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Sha256;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is pinned by its SHA-256 is that file, whatever its path means meanwhile. */
class PinTest {
  private static final int LOADS = 60;

  @TempDir private Path folder;

  /** The other model answers with the weakest channel. */
  @Test
  void aLinkThatFlipsDuringLoadsNeverLoadsTheOtherFile() throws Exception {
    Path good = model("good", "m * 10");
    Path other = model("other", "m * -10");
    String pin = Sha256.of(good);
    Path link = Files.createSymbolicLink(folder.resolve("link.pt"), good);
    AtomicBoolean done = new AtomicBoolean();
    Thread flips =
        new Thread(
            () -> {
              for (int i = 0; !done.get(); i++) {
                point(link, i % 2 == 0 ? other : good);
              }
            });
    flips.start();
    int loaded = 0;
    try {
      for (int i = 0; i < LOADS; i++) {
        try (Recognizer recognizer = Recognizer.load(link, pin)) {
          assertThat(recognizer.recognize(TestPictures.png(8, 8, Color.RED)).get(0).label())
              .isEqualTo("红");
          loaded++;
        } catch (ModelException e) {
          assertThat(e.reason()).isEqualTo(Reason.WRONG_SHA256);
        }
      }
    } finally {
      done.set(true);
      flips.join();
    }
    assertThat(loaded).as("of %d loads", LOADS).isPositive();
  }

  @Test
  void filesBesideAPinnedModelAreRefused() throws IOException {
    Path bare = folder.resolve("beside.pt");
    dev.wwts.internal.network.TestModels.write(bare, "m * 10", 1f);
    Files.writeString(folder.resolve("beside.wwts.json"), ModelFiles.MANIFEST);
    Files.writeString(folder.resolve("beside.labels.txt"), ModelFiles.LABELS);
    Recognizer.load(bare).close();
    String pin = Sha256.of(bare);

    assertThatThrownBy(() -> Recognizer.load(bare, pin))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED))
        .satisfies(e -> assertThat(e.getMessage()).contains("models/bundle.py"));
  }

  @Test
  void aPipeBesideAModelIsNoManifest() throws Exception {
    Path bare = folder.resolve("pipe.pt");
    dev.wwts.internal.network.TestModels.write(bare, "m * 10", 1f);
    Path pipe = folder.resolve("pipe.wwts.json");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");

    assertThatThrownBy(() -> Recognizer.load(bare)).isInstanceOf(ModelException.class);
    assertThatThrownBy(() -> Recognizer.load(pipe)).hasMessageContaining("no regular file");
  }

  private Path model(String name, String expression) throws IOException {
    return ModelFiles.write(
        Files.createDirectories(folder.resolve(name)),
        expression,
        ModelFiles.MANIFEST,
        ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));
  }

  private static void point(Path link, Path target) {
    try {
      Path next = link.resolveSibling("next");
      Files.createSymbolicLink(next, target);
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
