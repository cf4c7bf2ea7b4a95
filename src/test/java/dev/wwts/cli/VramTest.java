package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.CliProcess;
import dev.wwts.internal.cuda.AllocatorSnapshot;
import dev.wwts.internal.cuda.AllocatorSnapshot.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code wwts vram}: its arithmetic, its options, and the command on a CPU. */
class VramTest {
  @TempDir private Path folder;

  private static VramLedger ledger(long process, Long... graphPools) {
    return VramLedger.card(
        new VramLedger.Readings(100, 160, 8, List.of(graphPools), 200, process, 700));
  }

  @Test
  void theLinesAddUpToTheCardsMemory() {
    VramLedger ledger = ledger(500);

    assertThat(ledger).isEqualTo(new VramLedger(100, 52, 8, 0, 40, 300, 200));
    assertThat(ledger.lines().values().stream().mapToLong(n -> n).sum()).isEqualTo(700);
  }

  @Test
  void otherBatchesGraphsAreNoFragmentation() {
    VramLedger ledger = ledger(500, 10L, 50L, 20L);

    assertThat(ledger).isEqualTo(new VramLedger(100, 52, 8, 30, 10, 300, 200));
    assertThat(ledger(500, 40L, 50L).fragmentation()).isZero();
    assertThat(ledger(500, 50L, 50L).lines().values().stream().mapToLong(n -> n).sum())
        .as("pools that were in use at the peak are counted once")
        .isEqualTo(700);
  }

  @Test
  void aGraphsPoolIsAllItsSegmentsOnItsCard() {
    Pool one = new Pool(0, 1);
    AllocatorSnapshot snapshot =
        new AllocatorSnapshot(
            List.of(
                segment(0, 5, Pool.COMMON),
                segment(0, 7, one),
                segment(0, 11, new Pool(0, 2)),
                segment(0, 13, one),
                segment(1, 17, new Pool(0, 3))),
            List.of());

    assertThat(snapshot.graphPools(0)).containsExactlyInAnyOrder(20L, 11L);
  }

  private static AllocatorSnapshot.Segment segment(int device, long bytes, Pool pool) {
    return new AllocatorSnapshot.Segment(
        device, 0, bytes, 0, 0, 0, 0, true, false, pool, List.of());
  }

  @Test
  void whatTheDriverHidesIsUnknown() {
    VramLedger ledger = ledger(-1);

    assertThat(ledger.context()).isEqualTo(-1);
    assertThat(ledger.otherProcesses()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 63, 64, 65, 99, 100})
  void findsTheLargestBatch(int limit) {
    assertThat(BatchSearch.largest(100, n -> n <= limit)).isEqualTo(limit);
  }

  @Test
  void measuresTheProcessOnACpu() throws Exception {
    CliProcess run =
        CliProcess.run(
            "vram",
            "--model",
            "models/default.pt",
            "--device",
            "cpu",
            "--batches",
            "1,2",
            "--minutes",
            "0",
            "--json",
            "--out",
            folder.toString());

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode report = new JsonMapper().readTree(run.out());
    assertThat(report.at("/ledger/weights").asLong()).isPositive();
    assertThat(report.at("/ledger/workspace").asLong()).isEqualTo(-1);
    assertThat(report.at("/activationsOfBatches/2").asLong(-1)).isNotNegative();
    assertThat(report.at("/largestBatch").asText()).isEqualTo("n/a on a CPU");
    assertThat(folder.resolve("report.json")).exists();
    assertThat(folder.resolve("snapshot.pickle")).doesNotExist();
    assertThat(Files.readString(folder.resolve("timeline.svg"))).contains("<svg");
    assertThat(new JsonMapper().readTree(folder.resolve("timeline.json").toFile())).isNotEmpty();
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThat(run("--batches", "0", "--model", "models/default.pt").code()).isEqualTo(2);
    assertThat(run("--minutes", "-1", "--model", "models/default.pt").code()).isEqualTo(2);
    assertThat(run("--sha256", "0".repeat(64), "--model", "models/default.pt").err())
        .contains("it is not the file that was pinned");
    Run budget = run("--budget", "6GB", "--device", "cpu", "--model", "models/default.pt");
    assertThat(budget.code()).isEqualTo(2);
    assertThat(budget.err()).contains("--budget limits a GPU's memory");
  }

  private static Run run(String... options) {
    List<Object> command = new ArrayList<>(List.of("vram"));
    command.addAll(List.of(options));
    return Run.of(command);
  }
}
