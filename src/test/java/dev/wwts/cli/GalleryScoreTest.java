package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Gallery;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@code gallery evaluate} counts, by hand. */
class GalleryScoreTest {
  private static Gallery.Match match(String label, double similarity, boolean recognized) {
    Optional<Gallery.Neighbour> best =
        Optional.of(new Gallery.Neighbour(new Gallery.Example(1, label, Map.of()), similarity));
    return new Gallery.Match(recognized ? best : Optional.empty(), best, best);
  }

  @Test
  void tiesCountHalf() {
    GalleryScore score = new GalleryScore(Set.of("茶"));
    score.add("茶", match("茶", 0.9, true));
    score.add("茶", match("茶", 0.5, false));
    score.add("酒", match("茶", 0.5, false));
    score.add("水", match("茶", 0.7, true));

    // 0.9 is above both strangers, 0.5 as one of them: 2.5 of 4
    assertThat(score.json().toString())
        .isEqualTo(
            "{\"known\":2,\"foreign\":2,\"top1\":1.0,\"nearest\":1.0,\"recognized\":0.5,\"refused\":0.5,\"auroc\":0.625}");
  }

  @Test
  void withoutForeignPicturesNothingIsSaidOfThem() {
    GalleryScore score = new GalleryScore(Set.of("茶"));
    score.add("茶", new Gallery.Match(Optional.empty(), Optional.empty(), Optional.empty()));

    assertThat(score.json().toString())
        .isEqualTo("{\"known\":1,\"foreign\":0,\"top1\":0.0,\"nearest\":0.0,\"recognized\":0.0}");
    assertThat(score.text()).hasLineCount(1);
  }
}
