package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.wwts.internal.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slot that follows a file or a folder; the listener tells when something has happened. */
class ModelWatchTest {
  private static final Duration REST = Duration.ofMillis(20);

  @TempDir private Path folder;
  private final BlockingQueue<ModelVersion> swapped = new LinkedBlockingQueue<>();
  private final BlockingQueue<RuntimeException> failed = new LinkedBlockingQueue<>();
  private Path parts = Path.of("");
  private Path watched = Path.of("");

  @BeforeEach
  void writeFirst() throws IOException {
    parts = Files.createDirectory(folder.resolve("parts"));
    watched = Files.createDirectory(folder.resolve("watched"));
    rename(SlotModels.write(parts, "one", "m * 10", "一"), "model.pt");
  }

  @Test
  void followsWhatIsRenamedOverTheFile() throws Exception {
    Path file = watched.resolve("model.pt");
    try (ModelSlot slot = open(file)) {
      ModelWatch watch = slot.watch(file, REST, ModelWatchTest::settings);
      rename(SlotModels.write(parts, "two", "m * 10", "二"), "model.pt");
      assertThat(next(swapped).sha256()).isEqualTo(Sha256.of(file));
      assertThat(slot.version().model().labels()).first().isEqualTo("二红");

      Files.writeString(parts.resolve("broken"), "no model");
      rename(parts.resolve("broken"), "model.pt");
      assertThat(next(failed)).isInstanceOf(ModelException.class);
      assertThat(slot.version().generation()).as("what is there stays").isEqualTo(2);

      rename(SlotModels.write(parts, "three", "m * 10", "三"), "model.pt");
      assertThat(next(swapped).model().labels()).first().isEqualTo("三红");
      watch.close();
    }
    assertThat(failed).isEmpty();
  }

  @Test
  void followsTheNewestOfAFolderAndTellsWhatItsSettingsThrow() throws Exception {
    try (ModelSlot slot = open(watched.resolve("model.pt"))) {
      slot.watch(
          watched,
          REST,
          found -> {
            if (found.endsWith("unpinned.pt")) {
              throw new IllegalStateException("there is no pin for " + found);
            }
            return settings(found);
          });
      rename(SlotModels.write(parts, "two", "m * 10", "二"), "unpinned.pt");
      assertThat(next(failed)).hasMessageContaining("there is no pin");

      rename(SlotModels.write(parts, "three", "m * 10", "三"), "next.pt");
      assertThat(next(swapped).file()).isEqualTo(watched.resolve("next.pt"));
    }
  }

  @Test
  void theSameContentIsNotLoadedAgain() throws Exception {
    Path file = watched.resolve("model.pt");
    try (ModelSlot slot = open(file)) {
      slot.watch(file, REST, ModelWatchTest::settings);
      rename(Files.copy(file, parts.resolve("copy")), "model.pt");
      rename(SlotModels.write(parts, "two", "m * 10", "二"), "model.pt");

      assertThat(next(swapped).generation()).isEqualTo(2);
      assertThat(slot.version().model().labels()).first().isEqualTo("二红");
    }
  }

  @Test
  void aFileMustRestForSomeTime() {
    try (ModelSlot slot = open(watched.resolve("model.pt"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> slot.watch(watched, Duration.ZERO, ModelWatchTest::settings));
    }
  }

  private ModelSlot open(Path model) {
    SwapListener listener =
        new SwapListener() {
          @Override
          public void swapped(ModelVersion before, ModelVersion now) {
            swapped.add(now);
          }

          @Override
          public void failed(Path file, RuntimeException why) {
            failed.add(why);
          }
        };
    return ModelSlot.builder(settings(model)).listener(listener).open();
  }

  private static RecognizerBuilder settings(Path model) {
    return Recognizer.builder(model).threads(1).lanes(2);
  }

  private void rename(Path file, String name) throws IOException {
    Files.move(
        file,
        watched.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static <T> T next(BlockingQueue<T> events) throws InterruptedException {
    T event = events.poll(1, TimeUnit.MINUTES);
    if (event == null) {
      throw new AssertionError("nothing happened");
    }
    return event;
  }
}
