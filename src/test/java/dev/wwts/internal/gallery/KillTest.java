package dev.wwts.internal.gallery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that changes a gallery is killed (SIGKILL; as often as -Dwwts.kills says), wherever it
 * is: writing, waiting for the disk, putting a shorter file in the other's place. What it was told
 * to be done is there, and of what it was not told at most the one change that it had begun.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("wwts.kills", 50);

  @TempDir private Path folder;
  private final Random random = new Random(9);

  /** What must be there, by id. */
  private final Map<Long, String> expected = new TreeMap<>();

  /** What was begun and not acknowledged, as the child said it. */
  private @Nullable String begun;

  private int changes;
  private int replacements;

  @Test
  void losesNothingThatWasAcknowledged() throws IOException, InterruptedException {
    Object file = "";
    for (int kill = 0; kill < KILLS; kill++) {
      runAndKill(kill, random.nextInt(60));
      check();
      Object now = Files.readAttributes(folder.resolve("gallery.wwts"), "unix:ino");
      replacements += now.equals(file) ? 0 : 1;
      file = now;
    }
    System.out.printf("%d kills, %d changes, %d new files%n", KILLS, changes, replacements);
    assertThat(changes).isGreaterThan(10 * KILLS);
    assertThat(replacements).as("files that took another's place").isGreaterThan(KILLS / 10);
  }

  private void runAndKill(int seed, int after) throws IOException, InterruptedException {
    Process child = start(folder, String.valueOf(seed));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      int heard = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        hear(line);
        if (heard++ == after) {
          child.toHandle().destroyForcibly(); // what it still says was said before it died
        }
      }
    }
    child.waitFor();
  }

  private void hear(String line) {
    if (line.startsWith("=")) {
      long id = Long.parseLong(line.substring(2));
      String what = String.valueOf(begun);
      if (what.startsWith("+")) {
        expected.put(id, what.substring(2));
      } else {
        expected.remove(id);
      }
      begun = null;
      changes++;
    } else {
      assertThat(line).matches("[+-] .*");
      begun = line;
    }
  }

  private void check() {
    try (GalleryStore store = GalleryStore.open(folder, Vectors.model(GalleryChild.DIMENSION))) {
      Map<Long, String> found = new TreeMap<>();
      store
          .snapshot()
          .forEach(
              (example, embedding) -> {
                found.put(example.id(), example.label());
                assertThat(embedding).isEqualTo(GalleryChild.embedding(example.label()));
                assertThat(example.metadata()).containsEntry("file", example.label() + ".jpg");
              });
      if (!found.equals(expected)) {
        assertThat(begun).as("a change that was begun").isNotNull();
        finish(String.valueOf(begun), found);
        assertThat(found).isEqualTo(expected);
      }
      begun = null;
    }
  }

  /** The change that was begun is there as well. */
  private void finish(String what, Map<Long, String> found) {
    if (what.startsWith("+")) {
      long last = found.keySet().stream().mapToLong(it -> it).max().orElseThrow();
      expected.put(last, what.substring(2));
    } else {
      expected.remove(Long.parseLong(what.substring(2)));
    }
  }

  static Process start(Path folder, String... arguments) throws IOException {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                GalleryChild.class.getName(),
                folder.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
