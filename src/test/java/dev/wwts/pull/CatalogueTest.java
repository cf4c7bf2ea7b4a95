package dev.wwts.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The catalogue that ships: whole, and read strictly. */
class CatalogueTest {
  private static final Path FILE = Path.of("models", "catalogue.json");

  @Test
  void holdsWhatItNames() {
    assertThat(Catalogue.read().models())
        .extracting(CatalogueEntry::name)
        .containsExactly("photos", "birds", "insects");
    for (CatalogueEntry entry : Catalogue.read().models()) {
      int classes = entry.shows().classes();
      assertThat(Catalogue.labels(entry))
          .as(entry.labels())
          .hasSize(classes)
          .allMatch(label -> Printable.isPlain(label) && Printable.isVisible(label));
      List<byte[]> pictures = Catalogue.pictures(entry);
      assertThat(Catalogue.logits(entry))
          .hasSameSizeAs(pictures)
          .hasSizeGreaterThanOrEqualTo(4)
          .allSatisfy(row -> assertThat(row).hasSize(classes));
      for (float[] row : Catalogue.logits(entry)) {
        for (float logit : row) {
          assertThat(logit).isFinite();
        }
      }
      assertThat(entry.shows().zh()).isNotBlank();
    }
  }

  /** Each fault that an editor could make, by what it does to the file that ships. */
  @Test
  void refusesWhatIsNotAsItMustBe() throws IOException {
    String good = Files.readString(FILE);
    assertThat(Catalogue.parse(bytes(good)).models()).hasSize(3);
    for (String[] fault :
        new String[][] {
          {"\"format\": 1", "\"format\": 2"},
          {"\"format\": 1", "\"format\": 1, \"extra\": 1"},
          {"\"name\": \"birds\"", "\"name\": \"photos\""},
          {"\"name\": \"birds\"", "\"name\": \"../birds\""},
          {"\"name\": \"birds\"", "\"name\": \"Birds\""},
          {"\"name\": \"birds\",", ""},
          {"\"kind\": \"tflite\"", "\"kind\": \"exe\""},
          {"https://raw", "http://raw"},
          {"_quant.tflite\"", "_quant.tflite/..\""},
          {"\"sha256\": \"51e8", "\"sha256\": \"51E8"},
          {"\"sha256\": \"51e8", "\"sha256\": \"1e8"},
          {"\"bytes\": 3577952", "\"bytes\": 0"},
          {"\"bytes\": 3577952", "\"bytes\": null"},
          {"\"license\": \"Apache-2.0\"", "\"license\": \"\""},
          {"\"license\": \"Apache-2.0\",", "\"license\": \"Apache-2.0\", \"license\": \"MIT\","},
        }) {
      String bad = good.replace(fault[0], fault[1]);
      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> Catalogue.parse(bytes(bad)))
          .as(String.join(" to ", fault))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Catalogue.parse(bytes(good + "1")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
