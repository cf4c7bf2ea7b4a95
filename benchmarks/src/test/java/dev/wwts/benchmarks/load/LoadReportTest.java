package dev.wwts.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Table, goals and pictures of a stored run. */
class LoadReportTest {
  @TempDir Path folder;

  private final ArrayNode entries = new ObjectMapper().createArrayNode();

  /** All calls took so many milliseconds. */
  private ObjectNode entry(String peer, String load, double offered, int millis) {
    Tally tally = new Tally();
    for (int i = 0; i < 200; i++) {
      tally.asked();
      tally.ended(Shot.of(new byte[0]), millis * 1_000_000L, new int[5], null);
    }
    ObjectNode entry = tally.json(10);
    entry.put("model", "small").put("peer", peer).put("load", load).put("offered", offered);
    entries.add(entry.put("lanes", 2).put("threads", 1));
    return entry;
  }

  private List<Goal> write() throws IOException {
    Path json = folder.resolve("s.json");
    Files.writeString(json, entries.toString());
    Files.writeString(
        folder.resolve("s.environment.json"),
        "{\"cpu\":\"A\",\"command\":\"mvn load\",\"warnings\":[\"small: busy.\"]}");
    return LoadReport.write(json);
  }

  @Test
  void theTableTellsWhatTheGoalsJudge() throws IOException {
    entry("wwts", "idle", 0, 10);
    entry("wwts", "closed", 0, 20);
    entry("wwts", "80", 16, 25);
    entry("djl", "80", 16, 24);
    entry("onnxruntime", "80", 16, 26);
    entry("wwts", "64", 0, 300);
    entry("wwts", "64+swaps", 0, 375).put("swaps", 7);
    List<Goal> goals = write();
    assertThat(goals.stream().map(Goal::toString))
        .containsExactly(
            "PASS no accepted call lost, failed or answered wrongly: 0",
            "PASS small, 80 % load: p99 25.0 ms (2 x 1) is 2.5 times 10.0 ms, the p50 of an idle"
                + " call; at most 3",
            "FAIL small, 64 callers, 7 swaps one after the other: p99.9 375.0 ms (2 x 1) is 1.25"
                + " times 300.0 ms, that without; at most 1.2",
            "PASS small, 80 % load: p99 25.0 ms (2 x 1), ahead of onnxruntime's p99 26.0 ms (2 x"
                + " 1)",
            "FAIL small, 80 % load: p99 25.0 ms (2 x 1), ahead of djl's p99 24.0 ms (2 x 1)");
    String table = Files.readString(folder.resolve("s.md"));
    assertThat(table)
        .contains("`mvn load`")
        .contains("small: busy.")
        .contains("| small | wwts | 2 x 1 | idle | — | 20.0 | 10.0 | 10.0 | — | 10.0 | — |  | 0 |")
        .containsPattern(
            "\\| small \\| wwts \\| 2 x 1 \\| 80 \\| 16.0 \\| 20.0 \\| 25.0 .* [0-9.]+ \\|  \\| 0"
                + " \\|")
        .contains("![s-small.svg](s-small.svg)");
    assertThat(folder.resolve("s-small.svg")).isNotEmptyFile();
  }

  @Test
  void aLostCallAndGrowthFailTheRun() {
    ObjectNode soak = entry("wwts", "soak", 0, 10);
    soak.put("lost", 1).put("swaps", 59).put("swapFailure", "");
    for (int second = 0; second <= 600; second += 10) {
      soak.withArray("/samples/seconds").add(second);
      soak.withArray("/samples/rssMiB").add(500 + second);
      soak.withArray("/samples/heapMiB").add(40);
      soak.withArray("/samples/threads").add(30);
    }
    assertThat(Goal.of(entries.valueStream().toList()).stream().filter(Goal::isRequired).map(Goal::toString))
        .containsExactly(
            "FAIL no accepted call lost, failed or answered wrongly: 1",
            "FAIL soak, growth of RSS, MiB: +400.0 (+3600.0 an hour), surely +400.0, at most 45.0",
            "PASS soak, growth of heap, MiB: +0.0 (+0.0 an hour), surely +0.0, at most 16.0",
            "PASS soak, growth of native threads: +0.0 (+0.0 an hour), surely +0.0, at most 4.0",
            "PASS soak, 59 swaps");
  }

  @Test
  void anOptionThatThereIsNotIsRefused() {
    Properties given = new Properties();
    given.setProperty("wwts.load", "50");
    assertThatThrownBy(() -> LoadSuite.options(given)).hasMessageContaining("no option -Dwwts.load");
    given.clear();
    given.setProperty("wwts.settings", "2x0");
    assertThatThrownBy(() -> LoadSuite.options(given)).hasMessageContaining("wwts.settings=2x0");
    given.setProperty("wwts.settings", "4x2,1x8");
    assertThat(LoadSuite.options(given).list("wwts.settings")).containsExactly("4x2", "1x8");
  }
}
