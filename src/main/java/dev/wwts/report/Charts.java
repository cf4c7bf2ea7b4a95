package dev.wwts.report;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A run as pictures: latencies by percentile, stages, throughput and memory against the batch. */
final class Charts {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final double[] PERCENTILES = {0, 25, 50, 75, 90, 95, 99, 99.9};
  private static final List<String> STAGES =
      List.of("decode", "upload", "preprocess", "forward", "rank", "download");

  private Charts() {}

  /** Writes those that there is data for. */
  static List<Path> write(List<JmhResults.Entry> entries, String stem) {
    System.setProperty("java.awt.headless", "true");
    List<JmhResults.Entry> rows =
        entries.stream()
            .filter(entry -> entry.name().equals("RecognizeBenchmark.recognize"))
            .toList();
    List<Path> written = new ArrayList<>();
    if (!rows.isEmpty()) {
      written.add(latency(rows, Path.of(stem + "-latency.svg")));
      written.add(stages(rows, Path.of(stem + "-stages.svg")));
      written.add(againstBatch(rows, Path.of(stem + "-throughput.svg"), "pictures a second"));
      written.add(againstBatch(rows, Path.of(stem + "-memory.svg"), "memory, MiB"));
    }
    return written;
  }

  private static String name(JmhResults.Entry row) {
    return "%s %s, batch %s, %s"
        .formatted(
            row.param("model"), row.param("precision"), row.param("batch"), row.param("picture"));
  }

  private static Path latency(List<JmhResults.Entry> rows, Path svg) {
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
    for (JmhResults.Entry row : rows) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (double p : PERCENTILES) {
        x.add(1 / (1 - p / 100));
        y.add(row.percentile(p));
      }
      chart.addSeries(name(row), x, y).setMarker(SeriesMarkers.CIRCLE);
    }
    chart.setCustomXAxisTickLabelsFormatter(value -> "%.5g".formatted(100 * (1 - 1 / value)));
    return save(chart, svg);
  }

  private static Path stages(List<JmhResults.Entry> rows, Path svg) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Where the time of one 1080p picture goes")
            .xAxisTitle("model and precision")
            .yAxisTitle("ms")
            .build();
    chart.getStyler().setStacked(true);
    Map<String, JmhResults.Entry> bars = new LinkedHashMap<>();
    for (JmhResults.Entry row : rows) {
      if (row.param("batch").equals("1") && row.param("picture").equals("1080p")) {
        bars.put(row.param("model") + " " + row.param("precision"), row);
      }
    }
    if (bars.isEmpty()) {
      rows.forEach(row -> bars.put(name(row), row));
    }
    for (String stage : STAGES) {
      List<Double> values =
          bars.values().stream()
              .map(row -> row.secondary().getOrDefault("stage." + stage, 0.0))
              .toList();
      chart.addSeries(stage, List.copyOf(bars.keySet()), values);
    }
    return save(chart, svg);
  }

  private static Path againstBatch(List<JmhResults.Entry> rows, Path svg, String what) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(what + " against batch, 1080p")
            .xAxisTitle("batch")
            .yAxisTitle(what)
            .build();
    chart.getStyler().setYAxisMin(0.0);
    Set<String> lines = new LinkedHashSet<>();
    rows.forEach(row -> lines.add(row.param("model") + " " + row.param("precision")));
    for (String line : lines) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      rows.stream()
          .filter(row -> line.equals(row.param("model") + " " + row.param("precision")))
          .filter(row -> row.param("picture").equals("1080p"))
          .sorted(java.util.Comparator.comparingInt(row -> Integer.parseInt(row.param("batch"))))
          .forEach(
              row -> {
                x.add(Double.parseDouble(row.param("batch")));
                y.add(what.startsWith("memory") ? mebibytes(row) : throughput(row));
              });
      if (!x.isEmpty()) {
        chart.addSeries(line, x, y).setMarker(SeriesMarkers.CIRCLE);
      }
    }
    return save(chart, svg);
  }

  private static double throughput(JmhResults.Entry row) {
    return 1000 * Double.parseDouble(row.param("batch")) / row.mean();
  }

  private static double mebibytes(JmhResults.Entry row) {
    Map<String, Double> figures = row.secondary();
    double rss = figures.getOrDefault("memory.rss.peak", 0.0);
    return figures.getOrDefault("memory.vram.reserved", rss) / (1 << 20);
  }

  @SuppressWarnings("deprecation") // xchart's only way to SVG
  private static Path save(Chart<?, ?> chart, Path svg) {
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    try (OutputStream out = Files.newOutputStream(svg)) {
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(svg + " can't be written.", e);
    }
    return svg;
  }
}
