package dev.wwts.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.Seat;
import dev.wwts.benchmarks.Suite;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** Tables and pictures from stored results. */
class ReportTest {
  /** A whole run, in two precisions. */
  private static final Path STORED = Path.of("benchmarks/results/amd-epyc-2026-11-24.json");

  private static final String LATENCY = "-latency.svg";
  private static final Path RESULTS = Path.of("benchmarks/results");
  private static final ObjectMapper JSON = new ObjectMapper();

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
      // rivals alone have none
      assertThat(written).hasSize(Files.exists(RESULTS.resolve(stem + LATENCY)) ? 5 : 1);
      for (Path picture : written.subList(1, written.size())) {
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        // the document type's address is not asked
        parser.setEntityResolver((name, address) -> new InputSource(new StringReader("")));
        assertThat(parser.parse(picture.toFile()).getDocumentElement().getNodeName())
            .isEqualTo("svg");
      }
    }
  }

  private static String table(Path json) {
    return Tables.of(Run.read(json), List.of());
  }

  /** The rows that a run on a card has: those of a CPU's, and the first again under a budget. */
  private Path cardRun(String device) throws IOException {
    ArrayNode results = JSON.createArrayNode();
    for (JsonNode each : JSON.readTree(STORED.toFile())) {
      if (each.path("benchmark").asText().endsWith("RecognizeBenchmark.recognize")) {
        results.add(onCard(each.deepCopy(), device, "0", "fp16"));
        results.add(onCard(each.deepCopy(), device, "6442450944", "fp16"));
      }
    }
    ObjectNode facts = JSON.createObjectNode().put("cpu", "a processor");
    facts.withObject("/gpu").put("card 0", "NVIDIA First").put("driver", "580");
    facts.withObject("/gpu").put("card 1", "NVIDIA GeForce RTX 3060, 12288 MiB");
    JSON.writeValue(folder.resolve("card.environment.json").toFile(), facts);
    return write("card", results);
  }

  private static JsonNode onCard(ObjectNode entry, String device, String budget, String precision) {
    ObjectNode params = entry.withObject("/params").put("device", device).put("budget", budget);
    if (params.get("precision").asText().equals("bf16")) {
      params.put("precision", precision);
    }
    entry.withObject("/secondaryMetrics/memory.vram.reserved").put("score", 2L << 30);
    if (budget.equals("0")) {
      entry.withObject("/secondaryMetrics/memory.vram.process").put("score", 3L << 30);
    }
    return entry;
  }

  private Path write(String stem, JsonNode results) throws IOException {
    Path file = folder.resolve(stem + ".json");
    JSON.writeValue(file.toFile(), results);
    return file;
  }

  @Test
  void aBudgetsRowsStandBesideTheOthersAndOutOfTheirBars() throws Exception {
    List<Path> written = Report.write(cardRun("cuda:1"));

    assertThat(written).hasSize(5);
    assertThat(Files.readString(written.get(0)))
        .contains("| NVIDIA GeForce RTX 3060, 12288 MiB | 3.00 GiB（进程） |")
        .contains("（显存预算 6.00 GiB 模拟小卡） | 2.00 GiB（LibTorch 保留，无进程数） |");
  }

  @Test
  void seriesAreNamedByWhatTellsThemApart() throws Exception {
    List<Entry> rows = Run.read(cardRun("cuda")).named("RecognizeBenchmark");
    List<String> expected = List.of("model", "precision", "batch", "picture");
    SeriesNames names = SeriesNames.of(rows, expected);
    List<Entry> free = SeriesNames.comparable(rows);

    assertThat(rows.stream().map(names::of))
        .doesNotHaveDuplicates()
        .contains("small fp32 batch 4 1080p, no budget")
        .contains("small fp32 batch 4 1080p, budget 6.00 GiB");
    assertThat(free).hasSize(rows.size() / 2).allMatch(row -> row.param("budget").equals("0"));
    assertThat(free.stream().map(SeriesNames.of(free, expected)::of))
        .contains("small fp32 batch 4 1080p");
  }

  @Test
  void theArticlesClaimsAreHeldAgainstItsCard() throws Exception {
    String table = table(cardRun("cuda:1"));

    assertThat(table)
        .containsPattern("\\| RTX 3060 每秒图片数（base） \\| > 2 \\| [0-9.]+（fp16） \\|")
        .contains("| base 所需显存 | ≥ 6 GB | 3.00 GiB（进程），FP16 |")
        .contains("| large 所需显存 | 未给 | 3.00 GiB（进程），FP16 |");
    assertThat(table(cardRun("cuda")))
        .startsWith("# NVIDIA First\n")
        .contains("| RTX 3060 每秒图片数（base） | > 2 | 未测 |");
  }

  @Test
  void aJavaWithoutPicturesWritesTheTableAndASentence() throws Exception {
    Path run = cardRun("cuda");

    Process process =
        new ProcessBuilder(
                Seat.java(
                    List.of(
                        "-cp",
                        System.getProperty(
                            "surefire.test.class.path", System.getProperty("java.class.path")),
                        "--limit-modules=java.base,java.management,java.xml,jdk.unsupported"),
                    Suite.class,
                    List.of("wwts.report=" + run)))
            .redirectError(folder.resolve("err.txt").toFile())
            .start();

    Path table = Path.of(run.toString().replace(".json", ".md"));
    assertThat(process.inputReader().lines()).containsExactly("wrote " + table);
    assertThat(process.waitFor()).isZero();
    assertThat(table).content().contains("NVIDIA First");
    assertThat(folder.resolve("err.txt"))
        .content()
        .containsOnlyOnce("No pictures: this Java lacks java.desktop")
        .doesNotContain("\tat ");
  }

  @Test
  void aPictureThatFailsCostsNeitherTableNorOthers() throws Exception {
    Path run = cardRun("cuda");
    Files.createDirectory(folder.resolve("card-latency.svg"));

    List<Path> written = Report.write(run);

    assertThat(written).hasSize(4);
    assertThat(Files.readString(written.get(0)))
        .contains("card-stages.svg")
        .doesNotContain("latency.svg");
  }

  @Test
  void stepsThatFailedStandInTheTable() throws Exception {
    ObjectNode facts = JSON.createObjectNode();
    ArrayNode failed = facts.putArray("failed");
    failed
        .addObject()
        .put("benchmark", "RecognizeBenchmark.recognize")
        .put("error", "The GPU's memory, or the budget for it, is too small: 5 bytes asked for.")
        .putObject("params")
        .put("model", "large")
        .put("batch", "16");
    failed
        .addObject()
        .put("benchmark", "PeersBenchmark.recognize")
        .put("error", "java.lang.IllegalStateException: no engine\n at somewhere")
        .putObject("params")
        .put("model", "base")
        .put("peer", "djl")
        .put("precision", "fp32");
    JSON.writeValue(folder.resolve("none.environment.json").toFile(), facts);

    String table = table(write("none", JSON.createArrayNode()));

    assertThat(table)
        .contains("| CPU | — | OOM | 否 | large | — | 16 |")
        .contains("| base | — | djl fp32 | — | 0 | 失败 |")
        .contains("失败: java.lang.IllegalStateException: no engine |");
  }

  @Test
  void percentilesTakeCallsBeyondThem() {
    assertThat(cells(99)).containsExactly("99", "50.0", "90.0", "—", "—", "99.0");
    assertThat(cells(100)).endsWith("99.0", "—", "100.0");
    assertThat(cells(1000)).endsWith("990.0", "999.0", "1000.0");
  }

  /** Of calls of 1, 2, 3 ... ms. */
  private static List<String> cells(int count) {
    List<Double> millis = IntStream.rangeClosed(1, count).asDoubleStream().boxed().toList();
    Entry calls = new Entry("B.c", "sample", 1, Map.of(), "ms/op", List.of(millis), Map.of(), "");
    return Columns.LATENCY.stream().map(it -> String.valueOf(it.cell().apply(calls))).toList();
  }

  @Test
  void otherFilesAreRefusedInOneSentence() throws IOException {
    Path file = folder.resolve("x.json");
    for (String text : new String[] {"{}", "[]", "[1]", "no JSON", "[{\"benchmark\":\"a.b\"}]"}) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> Run.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x.json");
    }
    assertThatThrownBy(() -> Run.read(folder.resolve("none.json")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void repetitionsOfABenchmarkAreProcessesOfOneEntry() throws IOException {
    Path file = folder.resolve("twice.json");
    String one =
        """
        {"benchmark":"a.B.c","mode":"avgt","params":{"round":"%d"},
         "primaryMetric":{"score":%d,"scoreUnit":"ms/op","rawData":[[%d]]}}""";
    Files.writeString(file, "[" + one.formatted(1, 4, 4) + "," + one.formatted(2, 6, 6) + "]");
    List<Entry> entries = Run.read(file).entries();

    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).processes()).containsExactly(List.of(4.0), List.of(6.0));
    assertThat(entries.get(0).name()).isEqualTo("B.c");
  }

  @Test
  void forksAreProcessesAndIterationsAreNot() throws IOException {
    Path file = folder.resolve("forks.json");
    Files.writeString(
        file,
        """
        [{"benchmark":"a.B.c","mode":"sample","params":{},"primaryMetric":{"score":1,
          "scoreUnit":"ms/op","rawDataHistogram":[[[[1,2]],[[4,1]]],[[[5,1]],[[7,1]]]]}}]""");
    Entry entry = Run.read(file).entries().get(0);

    assertThat(entry.processes()).containsExactly(List.of(1.0, 1.0, 4.0), List.of(5.0, 7.0));
    assertThat(entry.medians()).containsExactly(1.0, 6.0);
  }
}
