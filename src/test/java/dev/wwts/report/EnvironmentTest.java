package dev.wwts.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.internal.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The facts of a run. */
class EnvironmentTest {
  private static final Path MODEL = Path.of("models", "default.pt");

  @Test
  void writesWhatAMeasurementDependsOn(@TempDir Path folder) throws Exception {
    Environment here = Environment.of(List.of(MODEL));
    here.write(folder.resolve("environment.json"));

    JsonNode read = new JsonMapper().readTree(folder.resolve("environment.json").toFile());
    assertThat(read.fieldNames())
        .toIterable()
        .containsExactly(
            "date",
            "cpu",
            "cores",
            "memoryBytes",
            "os",
            "gpu",
            "jdk",
            "jvm",
            "jvmOptions",
            "libTorch",
            "variables",
            "revision",
            "models",
            "loadAverage",
            "warnings");
    assertThat(here.facts().get("models")).isEqualTo(Map.of(MODEL.toString(), Sha256.of(MODEL)));
    assertThat(read.at("/libTorch/version").asText()).startsWith("2.13.0");
    assertThat(read.get("date").asText()).endsWith("Z");
    assertThat(read.get("revision").asText()).matches("unknown|[0-9a-f]{40}( \\+ changes)?");
  }

  @Test
  void printsItsFactsForPeople() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Environment here = Environment.of(List.of(MODEL));
    here.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8);

    assertThat(text.lines())
        .anyMatch(line -> line.matches("cores +[0-9]+"))
        .contains("  " + MODEL + " " + Sha256.of(MODEL))
        .anyMatch(line -> line.matches("  version +2\\.13\\.0.*"));
    here.warnings().forEach(warning -> assertThat(text).contains("WARNING: " + warning));
  }

  @Test
  void aMachineIsBusyAboveHalfItsCores() {
    assertThat(Environment.isBusy(1.01, 2)).isTrue();
    assertThat(Environment.isBusy(1, 2)).isFalse();
    assertThat(Environment.isBusy(-1, 2)).as("unknown").isFalse();
  }

  @Test
  void knowsNoRevisionOutsideACheckout(@TempDir Path folder) {
    assertThat(GitRevision.of(folder)).isEqualTo("unknown");
  }
}
