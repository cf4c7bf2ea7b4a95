package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard, alerts and their page name the meters that there are, all of them. */
class DashboardTest {
  private static final Path DASHBOARD = Path.of("docs/grafana-dashboard.json");
  private static final Path ALERTS = Path.of("docs/alerts.yml");
  private static final Pattern NAME = Pattern.compile("\\bwwts_[a-z_]+");

  @TempDir private static Path folder;

  @Test
  void theDashboardShowsEveryMeterAndNothingElse() throws IOException {
    JsonNode dashboard = new JsonMapper().readTree(DASHBOARD.toFile());
    assertThat(dashboard.path("title").asText()).isEqualTo("wwts");
    Set<String> used = new TreeSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(panel.path("description").asText()).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        used.addAll(names(target.path("expr").asText()));
      }
    }
    Set<String> there = prometheus();
    assertThat(there).containsAll(used);
    Set<String> shown = new TreeSet<>();
    used.forEach(name -> shown.add(name.replaceAll("_(sum|count|max|bucket)$", "")));
    Set<String> all = new TreeSet<>();
    there.forEach(name -> all.add(name.replaceAll("_(sum|count|max|bucket)$", "")));
    assertThat(shown).isEqualTo(all);
  }

  @Test
  void alertsAskOnlyForMetersThatThereAre() throws IOException {
    List<String> lines = Files.readAllLines(ALERTS);
    Set<String> used = new TreeSet<>();
    lines.stream()
        .filter(line -> line.contains(" expr: "))
        .forEach(line -> used.addAll(names(line)));

    assertThat(used).isNotEmpty();
    assertThat(prometheus()).containsAll(used);
    assertThat(lines.stream().filter(line -> line.contains("- alert: ")).count())
        .isEqualTo(lines.stream().filter(line -> line.contains(" expr: ")).count());
  }

  @Test
  void theirPageNamesEveryMeter() throws IOException {
    String page = Files.readString(Path.of("docs/OBSERVING.md"));
    assertThat(meters()).allSatisfy(meter -> assertThat(page).contains("`" + name(meter) + "`"));
  }

  private static Set<String> names(String expression) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(expression);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  private static String name(Meter meter) {
    return meter.getId().getName();
  }

  private static List<Meter> meters() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (ModelSlot slot = ModelSlot.open(ModelFiles.tiny(folder))) {
      new RecognizerMetrics(slot).bindTo(registry);
    }
    return registry.getMeters();
  }

  /** As Micrometer's registry for Prometheus names them. */
  private static Set<String> prometheus() {
    Set<String> names = new TreeSet<>();
    meters().forEach(meter -> series(meter).forEach(names::add));
    return names;
  }

  private static Stream<String> series(Meter meter) {
    String name = name(meter).replace('.', '_');
    String unit = meter.getId().getBaseUnit();
    return switch (meter.getId().getType()) {
      case COUNTER -> Stream.of(name + "_total");
      case TIMER ->
          meter instanceof io.micrometer.core.instrument.Timer
              ? Stream.of("_sum", "_count", "_max", "_bucket").map(end -> name + "_seconds" + end)
              : Stream.of("_sum", "_count").map(end -> name + "_seconds" + end);
      default -> Stream.of(unit == null ? name : name + "_" + unit);
    };
  }
}
