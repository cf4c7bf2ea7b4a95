package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.GalleryException.Reason;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gallery of colours: a picture's features are its mean colour and a half. */
class GalleryTest {
  private static final Picture BLACK = picture(0, 0, 0);
  private static final Picture RED = picture(255, 0, 0);
  private static final Picture DARK_RED = picture(220, 0, 0);
  private static final Picture BLUE = picture(0, 0, 255);
  private static final Picture DARK_BLUE = picture(0, 0, 220);

  @TempDir private Path folder;
  private Recognizer recognizer;

  private static Picture picture(int red, int green, int blue) {
    return Picture.of(TestPictures.png(9, 12, new Color(red, green, blue)));
  }

  @BeforeEach
  void load() {
    recognizer = Recognizer.load(ModelFiles.colours(folder));
  }

  @AfterEach
  void close() {
    recognizer.close();
  }

  private Gallery open() {
    return Gallery.open(folder.resolve("gallery"), recognizer);
  }

  @Test
  void whatWasAddedIsKnownToTheNextCallAndForgottenByTheNextOne() {
    try (Gallery gallery = open()) {
      assertThat(gallery.recognize(RED).best()).isEmpty();
      long red = gallery.add("红茶", RED, Map.of("number", "17"));
      gallery.add("蓝莓", BLUE);

      Gallery.Neighbour found = gallery.recognize(DARK_RED).result().orElseThrow();
      assertThat(found.example()).isEqualTo(new Gallery.Example(red, "红茶", Map.of("number", "17")));
      // (220/255, 0, 0, .5) and (1, 0, 0, .5): (.8627 + .25) / (.9972 * 1.1180)
      assertThat(found.similarity()).isCloseTo(0.99808, within(1e-4));

      assertThat(gallery.remove(red)).isTrue();
      assertThat(gallery.remove(red)).isFalse();
      assertThat(gallery.recognize(DARK_RED).result().orElseThrow().example().label())
          .isEqualTo("蓝莓");
    }
  }

  @Test
  void whatIsUnlikeEverythingIsNotRecognisedOnceItIsCalibrated() {
    try (Gallery gallery = open()) {
      gallery.add("红", RED);
      gallery.add("红", DARK_RED);
      assertThatThrownBy(gallery::calibrate).isInstanceOf(GalleryException.class);
      gallery.add("蓝", BLUE);
      gallery.add("蓝", DARK_BLUE);

      Gallery.Calibration calibration = gallery.calibrate();

      assertThat(calibration.recognized()).isEqualTo(1);
      assertThat(calibration.refused()).isEqualTo(1);
      assertThat(calibration.examples()).isEqualTo(4);
      assertThat(gallery.threshold()).isEqualTo(calibration.threshold());
      assertThat(gallery.recognize(picture(230, 0, 0)).result()).isPresent();
      Gallery.Match match = gallery.recognize(picture(0, 255, 0));
      assertThat(match.result()).isEmpty();
      // half of each is the same: .25 / 1.25
      assertThat(match.best().orElseThrow().similarity()).isLessThan(calibration.threshold());
    }
  }

  @Test
  void staysAsItWasWhenItIsOpenedAgain() {
    try (Gallery gallery = open()) {
      gallery.add("红", RED);
      gallery.add("蓝", BLUE);
      gallery.add("蓝", DARK_BLUE);
      gallery.threshold(0.75);
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              GalleryException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
    }
    try (Gallery gallery = open()) {
      assertThat(gallery.labels()).isEqualTo(Map.of("红", 1, "蓝", 2));
      assertThat(gallery.size()).isEqualTo(3);
      assertThat(gallery.threshold()).isEqualTo(0.75);
      assertThat(gallery.removeLabel("蓝")).isEqualTo(2);
      assertThat(gallery.examples()).extracting(Gallery.Example::label).containsExactly("红");
    }
  }

  @Test
  void searchGivesTheNearestFirst() {
    try (Gallery gallery = open()) {
      gallery.add("蓝", BLUE);
      gallery.add("黑", BLACK);
      gallery.add("红", RED);

      assertThat(gallery.search(DARK_RED, 2))
          .extracting(it -> it.example().label())
          .containsExactly("红", "黑");
      assertThatThrownBy(() -> gallery.search(RED, 0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void duplicatesAreGrouped() {
    try (Gallery gallery = open()) {
      gallery.add("红", RED);
      gallery.add("蓝", BLUE);
      gallery.add("赤", RED);

      assertThat(gallery.duplicates(0.999))
          .extracting(group -> group.stream().map(Gallery.Example::label).toList())
          .containsExactly(List.of("红", "赤"));
      assertThatThrownBy(() -> gallery.duplicates(Double.NaN))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aPictureThatCantBeReadChangesNothing() {
    try (Gallery gallery = open()) {
      Picture bad = Picture.of(new byte[] {1, 2, 3});
      assertThatThrownBy(() -> gallery.add("红", bad)).isInstanceOf(PictureException.class);
      assertThatThrownBy(() -> gallery.add(" ", RED)).isInstanceOf(IllegalArgumentException.class);
      assertThat(gallery.size()).isZero();
    }
  }

  @Test
  void anotherModelsGalleryIsRefused() throws Exception {
    open().close();
    Path other = Files.createDirectory(folder.resolve("other"));
    Path copy = Files.copy(folder.resolve("model.pt"), folder.resolve("copy.pt"));
    try (Recognizer same = Recognizer.load(copy)) {
      Gallery.open(folder.resolve("gallery"), same).close(); // a copy is the same model
    }
    try (Recognizer next =
        Recognizer.load(ModelFiles.features(other, new float[] {1, 2, 3, 4}, 1))) {
      assertThatThrownBy(() -> Gallery.open(folder.resolve("gallery"), next))
          .isInstanceOfSatisfying(
              GalleryException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_MODEL));
    }
    try (Recognizer none = Recognizer.load(ModelFiles.tiny(other))) {
      assertThatThrownBy(() -> Gallery.open(folder.resolve("gallery"), none))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("--embedding");
    }
  }

  @Test
  void aSlotsModelMayChangeUnderIt() throws Exception {
    Path own = ModelFiles.colours(folder);
    Path copy = Files.copy(own, folder.resolve("copy.pt"));
    Path other =
        ModelFiles.features(
            Files.createDirectory(folder.resolve("other")), new float[] {1, 2, 3, 4}, 1);
    try (ModelSlot slot = ModelSlot.builder(Recognizer.builder(own)).open();
        Gallery gallery = Gallery.open(folder.resolve("gallery"), slot)) {
      long red = gallery.add("红", RED);
      slot.swap(copy); // the same model again, in a new recognizer
      assertThat(gallery.recognize(DARK_RED).result().orElseThrow().example().id()).isEqualTo(red);
      slot.swap(other);
      assertThatThrownBy(() -> gallery.recognize(RED))
          .isInstanceOfSatisfying(
              GalleryException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_MODEL));
      assertThat(gallery.labels()).isEqualTo(Map.of("红", 1));
      slot.swap(own);
      assertThat(gallery.recognize(RED).result()).isPresent();
    }
  }

  @Test
  void noFeaturesAreNotCompared() {
    float[] zeros = {1, 0, 0, 0};
    try (Recognizer blind = Recognizer.load(ModelFiles.features(folder, zeros, 1));
        Gallery gallery = Gallery.open(folder.resolve("blind"), blind)) {
      assertThatThrownBy(() -> gallery.add("红", RED))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("no features");
    }
  }

  @Test
  void aClosedOneSaysSo() {
    Gallery gallery = open();
    gallery.close();
    gallery.close();
    assertThatThrownBy(() -> gallery.recognize(RED))
        .isInstanceOfSatisfying(
            GalleryException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
  }
}
