package dev.wwts.benchmarks.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.wwts.report.LineChart;
import dev.wwts.report.LineChart.Axes;
import dev.wwts.report.LineChart.Series;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;

/** A run as pictures: latencies by percentile, stages, throughput and memory against the batch. */
final class Charts {
  private static final String RESERVED = "memory.vram.reserved";
  private static final double[] PERCENTILES = {0, 25, 50, 75, 90, 95, 99, 99.9};
  private static final List<String> STAGES =
      List.of("decode", "upload", "preprocess", "forward", "rank", "download");

  private final String stem;
  private final Consumer<Path> written;

  private Charts(String stem, Consumer<Path> written) {
    this.stem = stem;
    this.written = written;
  }

  /**
   * Writes those that there is data for, and tells {@code written} of each; one that fails costs no
   * other.
   *
   * @throws LinkageError where nothing can be drawn; so does {@link InternalError}
   */
  static void write(Run run, String stem, Consumer<Path> written) {
    List<Entry> rows = run.named("RecognizeBenchmark.recognize");
    if (rows.isEmpty()) {
      return;
    }
    List<Entry> series = SeriesNames.comparable(rows);
    List<Entry> hd =
        series.stream()
            .filter(row -> row.param("picture").equals("1080p"))
            .sorted(Comparator.comparingDouble(Entry::batch))
            .toList();
    Charts charts = new Charts(stem, written);
    charts.draw("latency", () -> latency(rows));
    charts.draw("stages", () -> stages(series));
    if (!hd.isEmpty()) {
      charts.draw(
          "throughput",
          () -> againstBatch(hd, "pictures a second", row -> 1000 * row.batch() / row.mean()));
      charts.draw("memory", () -> againstBatch(hd, memory(hd), Charts::mebibytes));
    }
  }

  private void draw(String name, Supplier<Chart<?, ?>> chart) {
    Path svg = Path.of(stem + "-" + name + ".svg");
    try {
      LineChart.save(chart.get(), svg);
      written.accept(svg);
    } catch (RuntimeException e) {
      System.err.println("The picture " + svg + " is left out: it can't be drawn: " + e);
    }
  }

  private static Chart<?, ?> latency(List<Entry> rows) {
    SeriesNames names = SeriesNames.of(rows, List.of("model", "precision", "batch", "picture"));
    List<Series> series = new ArrayList<>();
    for (Entry row : rows) {
      List<Double> shown =
          DoubleStream.of(PERCENTILES).filter(p -> Columns.has(row, p)).boxed().toList();
      series.add(
          new Series(
              names.of(row),
              shown.stream().map(p -> 1 / (1 - p / 100)).toList(),
              shown.stream().map(row::percentile).toList()));
    }
    XYChart chart =
        LineChart.of(
            "Latency by percentile, bytes to top-5",
            new Axes(
                "percentile (0, 25, 50, 75, 90, 95, 99, 99.9; spread by 1 / (1 - p))", "ms", true),
            series);
    chart.getStyler().setXAxisLogarithmic(true);
    chart.setCustomXAxisTickLabelsFormatter(value -> "%.5g".formatted(100 * (1 - 1 / value)));
    return chart;
  }

  private static Chart<?, ?> stages(List<Entry> rows) {
    List<Entry> single =
        rows.stream()
            .filter(row -> row.batch() == 1 && row.param("picture").equals("1080p"))
            .toList();
    List<Entry> shown = single.isEmpty() ? rows : single;
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(LineChart.WIDTH)
            .height(LineChart.HEIGHT)
            .title(
                single.isEmpty()
                    ? "Where the time goes: decode and preprocess of one picture, forward of all"
                    : "Where the time of one 1080p picture goes")
            .xAxisTitle("model and precision")
            .yAxisTitle("ms")
            .build();
    chart.getStyler().setStacked(true);
    SeriesNames names = SeriesNames.of(shown, List.of("model", "precision"));
    List<String> bars = shown.stream().map(names::of).toList();
    for (String stage : STAGES) {
      chart.addSeries(
          stage,
          bars,
          shown.stream().map(row -> row.secondary().getOrDefault("stage." + stage, 0.0)).toList());
    }
    return chart;
  }

  private static Chart<?, ?> againstBatch(
      List<Entry> rows, String what, Function<Entry, Double> value) {
    SeriesNames names = SeriesNames.of(rows, List.of("model", "precision"), "batch");
    Map<String, List<Entry>> lines =
        rows.stream().collect(groupingBy(names::of, LinkedHashMap::new, toList()));
    List<Series> series = new ArrayList<>();
    lines.forEach(
        (name, line) ->
            series.add(
                new Series(
                    name,
                    line.stream().map(Entry::batch).toList(),
                    line.stream().map(value).toList())));
    return LineChart.of(what + " against batch, 1080p", new Axes("batch", what, false), series);
  }

  /** One figure for all rows: those of a card and of a process are not to be compared. */
  private static String memory(List<Entry> rows) {
    return rows.stream().anyMatch(row -> row.secondary().containsKey(RESERVED))
        ? "memory reserved by LibTorch, MiB"
        : "peak of resident memory, MiB";
  }

  private static double mebibytes(Entry row) {
    return Columns.figure(row, RESERVED).or(() -> Columns.figure(row, "memory.rss.peak")).orElse(0.0)
        / (1 << 20);
  }
}
