package dev.wwts.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** Tables and pictures from stored results; ratios told apart from noise. */
class ReportTest {
  private static final Path RESULTS = Path.of("benchmarks/results");

  @TempDir private Path folder;

  @Test
  void storedTablesAreMadeAgainFromStoredResults() throws Exception {
    List<Path> tables;
    try (Stream<Path> files = Files.list(RESULTS)) {
      tables = files.filter(file -> file.toString().endsWith(".md")).toList();
    }
    assertThat(tables).isNotEmpty();
    for (Path table : tables) {
      String stem = table.getFileName().toString().replaceAll("\\.md$", "");
      for (String end : new String[] {".json", ".environment.json"}) {
        Files.copy(RESULTS.resolve(stem + end), folder.resolve(stem + end));
      }
      List<Path> written = Report.write(folder.resolve(stem + ".json"));

      assertThat(folder.resolve(stem + ".md")).hasSameTextualContentAs(table);
      assertThat(written).hasSize(5);
      for (Path picture : written.subList(1, 5)) {
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        // the document type's address is not asked
        parser.setEntityResolver((name, address) -> new InputSource(new StringReader("")));
        assertThat(parser.parse(picture.toFile()).getDocumentElement().getNodeName())
            .isEqualTo("svg");
      }
    }
  }

  @Test
  void twoSamplesOfOneDistributionAreNoDifference() {
    Comparison c = Comparison.of(entry(1, 1.0), entry(2, 1.0));
    assertThat(c.verdict(false)).isEqualTo("no difference");
    assertThat(c.enough()).isTrue();
  }

  @Test
  void tenPercentAreADifferenceAndItsDirectionIsRight() {
    Comparison c = Comparison.of(entry(1, 1.0), entry(2, 1.1));
    assertThat(c.ratio()).isBetween(1.08, 1.12);
    assertThat(c.verdict(false)).isEqualTo("slower");
    assertThat(c.verdict(true)).isEqualTo("faster");
    assertThat(Comparison.of(entry(2, 1.1), entry(1, 1.0)).verdict(false)).isEqualTo("faster");
  }

  @Test
  void otherFilesAreRefusedInOneSentence() throws IOException {
    Path file = folder.resolve("x.json");
    for (String text : new String[] {"{}", "[]", "[1]", "no JSON", "[{\"benchmark\":\"a.b\"}]"}) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> JmhResults.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x.json");
    }
    assertThatThrownBy(() -> JmhResults.read(folder.resolve("none.json")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void repetitionsOfABenchmarkAreOneEntry() throws IOException {
    Path file = folder.resolve("twice.json");
    String one =
        """
        {"benchmark":"a.B.c","mode":"avgt","params":{"round":"%d"},
         "primaryMetric":{"score":%d,"scoreUnit":"ms/op","rawData":[[%d]]}}""";
    Files.writeString(file, "[" + one.formatted(1, 4, 4) + "," + one.formatted(2, 6, 6) + "]");
    List<JmhResults.Entry> entries = JmhResults.read(file);

    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).groups()).containsExactly(List.of(4.0), List.of(6.0));
    assertThat(entries.get(0).name()).isEqualTo("B.c");
  }

  /** Five iterations of a hundred values around {@code center}, 3 % wide. */
  private static JmhResults.Entry entry(long seed, double center) {
    Random random = new Random(seed);
    List<List<Double>> groups = new ArrayList<>();
    for (int g = 0; g < 5; g++) {
      List<Double> group = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        group.add(center * (1 + 0.03 * random.nextGaussian()));
      }
      groups.add(group);
    }
    return new JmhResults.Entry("B.c", "sample", 1, Map.of(), "ms/op", groups, Map.of());
  }
}
