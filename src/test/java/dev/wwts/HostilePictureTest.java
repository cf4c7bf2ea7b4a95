package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException.Reason;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broken and hostile pictures: a typed exception with one sentence, and the next picture is
 * answered as usual.
 */
class HostilePictureTest {
  /** What the reference decodes although something is odd about it. */
  private static final Set<String> DECODE =
      Set.of("garbage_after_eoi.jpg", "polyglot_jpeg_zip.jpg", "png_named.jpg");

  private static final byte[] RED = TestPictures.png(8, 8, Color.RED);

  @TempDir private static Path folder;
  private static Recognizer recognizer;
  private static List<Recognition> expected = List.of();

  @BeforeAll
  static void load() {
    recognizer = Recognizer.load(ModelFiles.tiny(folder));
    expected = recognizer.recognize(RED);
  }

  @AfterAll
  static void close() {
    recognizer.close();
  }

  @Test
  void everyBadPictureOfTheKitIsRefusedWithItsReason() throws IOException {
    Path bad = Kit.folder().resolve("photos/bad");
    Map<String, Reason> reasons = new HashMap<>();
    List<String> files;
    try (var listing = Files.list(bad)) {
      files =
          listing
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.endsWith(".csv"))
              .sorted()
              .toList();
    }
    assertThat(files).hasSize(18);
    for (String file : files) {
      Path path = bad.resolve(file);
      if (DECODE.contains(file)) {
        assertThat(recognizer.recognize(path)).as(file).isNotEmpty();
        continue;
      }
      try {
        recognizer.recognize(path);
        throw new AssertionError(file + " was answered");
      } catch (PictureException e) {
        reasons.put(file, e.reason());
        assertThat(e.getMessage())
            .as(file)
            .contains(file)
            .doesNotContain("\n")
            .hasSizeLessThan(400);
      }
      assertThat(recognizer.recognize(RED)).isEqualTo(expected);
    }
    assertThat(reasons)
        .containsEntry("empty.jpg", Reason.EMPTY)
        .containsEntry("truncated_10.jpg", Reason.TRUNCATED)
        .containsEntry("truncated_50.jpg", Reason.TRUNCATED)
        .containsEntry("truncated_95.jpg", Reason.TRUNCATED)
        .containsEntry("truncated_50_progressive.jpg", Reason.TRUNCATED)
        .containsEntry("truncated_50.png", Reason.TRUNCATED)
        .containsEntry("corrupt_idat.png", Reason.CORRUPT)
        .containsEntry("bomb_65535x65535.png", Reason.TOO_LARGE)
        .containsEntry("bomb_65500x65500.jpg", Reason.TOO_LARGE)
        .containsEntry("text.jpg", Reason.UNSUPPORTED_FORMAT)
        .containsEntry("zip_wrapped.jpg", Reason.UNSUPPORTED_FORMAT)
        .containsEntry("random_bytes.jpg", Reason.UNSUPPORTED_FORMAT);
  }

  @Test
  void refusesWhatIsNoReadableFile() {
    assertRefused(folder.resolve("none.jpg"), Reason.UNREADABLE);
    assertRefused(folder, Reason.UNREADABLE);
  }

  @Test
  void namesFormatsThatAreNotDecoded() {
    byte[] tiff = {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    assertThatThrownBy(() -> recognizer.recognize(tiff)).hasMessageContaining("TIFF");
  }

  private static void assertRefused(Path path, Reason reason) {
    assertThatThrownBy(() -> recognizer.recognize(path))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(path.toString());
  }
}
