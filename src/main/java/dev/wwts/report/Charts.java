package dev.wwts.report;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run as pictures: latencies by percentile, stages, throughput and memory against the batch. */
final class Charts {
  private static final Logger LOG = LoggerFactory.getLogger(Charts.class);
  private static final String RESERVED = "memory.vram.reserved";
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final double[] PERCENTILES = {0, 25, 50, 75, 90, 95, 99, 99.9};
  private static final List<String> STAGES =
      List.of("decode", "upload", "preprocess", "forward", "rank", "download");

  private Charts() {}

  private interface Drawing {
    void write(Path svg);
  }

  /**
   * Writes those that there is data for, and tells {@code written} of each; one that fails costs no
   * other.
   *
   * @throws LinkageError where nothing can be drawn; so does {@link InternalError}
   */
  static void write(List<JmhResults.Entry> entries, String stem, Consumer<Path> written) {
    System.setProperty("java.awt.headless", "true");
    List<JmhResults.Entry> rows =
        entries.stream()
            .filter(entry -> entry.name().equals("RecognizeBenchmark.recognize"))
            .toList();
    List<JmhResults.Entry> series = SeriesNames.comparable(rows);
    if (!rows.isEmpty()) {
      draw(stem + "-latency.svg", svg -> latency(rows, svg)).ifPresent(written);
    }
    if (!series.isEmpty()) {
      draw(stem + "-stages.svg", svg -> stages(series, svg)).ifPresent(written);
    }
    if (series.stream().anyMatch(row -> row.param("picture").equals("1080p"))) {
      draw(
              stem + "-throughput.svg",
              svg -> againstBatch(series, svg, "pictures a second", Charts::throughput))
          .ifPresent(written);
      draw(
              stem + "-memory.svg",
              svg -> againstBatch(series, svg, memory(series), Charts::mebibytes))
          .ifPresent(written);
    }
  }

  private static Optional<Path> draw(String file, Drawing drawing) {
    Path svg = Path.of(file);
    try {
      drawing.write(svg);
      return Optional.of(svg);
    } catch (RuntimeException e) {
      LOG.warn("The picture {} is left out: it can't be drawn.", svg, e);
      return Optional.empty();
    }
  }

  private static void latency(List<JmhResults.Entry> rows, Path svg) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Latency by percentile, bytes to top-5")
            .xAxisTitle("percentile (0, 25, 50, 75, 90, 95, 99, 99.9; spread by 1 / (1 - p))")
            .yAxisTitle("ms")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    SeriesNames names = SeriesNames.of(rows, List.of("model", "precision", "batch", "picture"));
    for (JmhResults.Entry row : rows) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (double p : PERCENTILES) {
        if (Latency.has(row, p)) {
          x.add(1 / (1 - p / 100));
          y.add(row.percentile(p));
        }
      }
      chart.addSeries(names.of(row), x, y).setMarker(SeriesMarkers.CIRCLE);
    }
    chart.setCustomXAxisTickLabelsFormatter(value -> "%.5g".formatted(100 * (1 - 1 / value)));
    save(chart, svg);
  }

  private static void stages(List<JmhResults.Entry> rows, Path svg) {
    List<JmhResults.Entry> single =
        rows.stream()
            .filter(row -> row.param("batch").equals("1") && row.param("picture").equals("1080p"))
            .toList();
    List<JmhResults.Entry> shown = single.isEmpty() ? rows : single;
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Where the time of one 1080p picture goes")
            .xAxisTitle("model and precision")
            .yAxisTitle("ms")
            .build();
    if (single.isEmpty()) {
      chart.setTitle("Where the time goes: decode and preprocess of one picture, forward of all");
    }
    chart.getStyler().setStacked(true);
    SeriesNames names = SeriesNames.of(shown, List.of("model", "precision"));
    List<String> bars = shown.stream().map(names::of).toList();
    for (String stage : STAGES) {
      List<Double> values =
          shown.stream().map(row -> row.secondary().getOrDefault("stage." + stage, 0.0)).toList();
      chart.addSeries(stage, bars, values);
    }
    save(chart, svg);
  }

  private static void againstBatch(
      List<JmhResults.Entry> all, Path svg, String what, ToDoubleFunction<JmhResults.Entry> value) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(what + " against batch, 1080p")
            .xAxisTitle("batch")
            .yAxisTitle(what)
            .build();
    chart.getStyler().setYAxisMin(0.0);
    List<JmhResults.Entry> rows =
        all.stream()
            .filter(row -> row.param("picture").equals("1080p"))
            .sorted(Comparator.comparingInt(row -> Integer.parseInt(row.param("batch"))))
            .toList();
    SeriesNames names = SeriesNames.of(rows, List.of("model", "precision"), "batch");
    Map<String, List<JmhResults.Entry>> lines = new LinkedHashMap<>();
    all.stream()
        .filter(rows::contains)
        .forEach(row -> lines.putIfAbsent(names.of(row), new ArrayList<>()));
    rows.forEach(row -> lines.computeIfAbsent(names.of(row), name -> new ArrayList<>()).add(row));
    lines.forEach(
        (name, line) ->
            chart
                .addSeries(
                    name,
                    line.stream().map(row -> Double.valueOf(row.param("batch"))).toList(),
                    line.stream().map(value::applyAsDouble).toList())
                .setMarker(SeriesMarkers.CIRCLE));
    save(chart, svg);
  }

  private static double throughput(JmhResults.Entry row) {
    return 1000 * Double.parseDouble(row.param("batch")) / row.mean();
  }

  /** One figure for all rows: those of a card and of a process are not to be compared. */
  private static String memory(List<JmhResults.Entry> rows) {
    return rows.stream().anyMatch(row -> row.secondary().containsKey(RESERVED))
        ? "memory reserved by LibTorch, MiB"
        : "peak of resident memory, MiB";
  }

  private static double mebibytes(JmhResults.Entry row) {
    Map<String, Double> figures = row.secondary();
    double rss = figures.getOrDefault("memory.rss.peak", 0.0);
    return figures.getOrDefault(RESERVED, rss) / (1 << 20);
  }

  @SuppressWarnings("deprecation") // xchart's only way to SVG
  private static void save(Chart<?, ?> chart, Path svg) {
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    try (OutputStream out = Files.newOutputStream(svg)) {
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(svg + " can't be written.", e);
    }
  }
}
