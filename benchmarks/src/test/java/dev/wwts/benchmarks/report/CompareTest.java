package dev.wwts.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvn jmh -Dwwts.compare}: what it prints of two stored runs. */
class CompareTest {
  @TempDir private Path folder;

  @Test
  void tellsADifferenceFromNoneAndFromTooLittle() throws Exception {
    Path a =
        write("a", entries("slow", 10, 10.1, 9.9), entries("same", 5, 5.2, 4.9), entries("old", 1));
    Path b =
        write(
            "b", entries("slow", 11, 11.1, 10.9), entries("same", 5.1, 4.9, 5), entries("new", 1));

    assertThat(lines(a, b))
        .anyMatch(line -> line.matches("slower +1\\.100 +1\\.0[0-9]+ to 1\\.1[0-9]+ +B.slow .*"))
        .anyMatch(line -> line.matches("no difference +0\\.99[0-9] +0\\.[0-9]+ to 1.*B.same .*"))
        .anyMatch(line -> line.matches("only in b +B.new .*"))
        .anyMatch(line -> line.matches("only in a +B.old .*"));
  }

  @Test
  void twoRoundsAreTooFew() throws Exception {
    Path a = write("a", entries("f", 10, 10));
    Path b = write("b", entries("f", 20, 20));

    assertThat(lines(a, b))
        .anyMatch(line -> line.matches("too few processes to tell +2\\.000 +B.f .*"))
        .noneMatch(line -> line.contains("slower"));
  }

  @Test
  void saysWhatTheRunsDifferIn() throws Exception {
    Path a = write("a", entries("f", 1));
    Path b = write("b", entries("f", 1));
    String facts =
        """
        {"date":"%s","cpu":"%s","cores":2,"libTorch":{"version":"2"},
         "models":{"%s/m.pt":"%s","only-%s.pt":"1"},"warnings":[%s]}""";
    facts("a", facts.formatted("today", "one", "x", "aa", "a", ""));
    facts("b", facts.formatted("later", "two", "y", "bb", "b", "\"The machine is busy.\""));

    assertThat(warnings(a, b))
        .containsExactly(
            "[WARN] The runs differ in cpu: one, then two.",
            "[WARN] The runs differ in the SHA-256 of m.pt: aa, then bb.",
            "[WARN] Run b was warned: The machine is busy.");
    facts("b", facts.formatted("later", "one", "y", "aa", "b", ""));
    assertThat(warnings(a, b)).isEmpty();
  }

  @Test
  void missingFactsAreTold() throws Exception {
    Path a = write("a", entries("f", 1));
    assertThat(warnings(a, a))
        .hasSize(1)
        .allMatch(line -> line.contains("whether the runs are comparable is unknown"));
  }

  @Test
  void otherFilesAreRefused() throws Exception {
    Path a = write("a", entries("f", 1));
    assertThatThrownBy(() -> lines(a, folder.resolve("none.json")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.json can't be read");
  }

  /** A process each. */
  private static String entries(String name, double... millis) {
    List<String> entries = new ArrayList<>();
    for (double value : millis) {
      entries.add(
          String.format(
              Locale.ROOT,
              """
              {"benchmark":"a.B.%s","mode":"sample","params":{"round":"%d"},
               "primaryMetric":{"score":1,"scoreUnit":"ms/op","rawData":[[%f]]}}""",
              name,
              entries.size() + 1,
              value));
    }
    return String.join(",", entries);
  }

  private Path write(String stem, String... entries) throws IOException {
    return Files.writeString(folder.resolve(stem + ".json"), "[" + String.join(",", entries) + "]");
  }

  private void facts(String stem, String json) throws IOException {
    Files.writeString(folder.resolve(stem + ".environment.json"), json);
  }

  private static List<String> lines(Path a, Path b) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Compare.print(a, b, new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> warnings(Path a, Path b) {
    return lines(a, b).stream().filter(line -> line.startsWith("[WARN]")).toList();
  }
}
