package dev.wwts.report;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines as an SVG, on a white ground of its own, so that dark pages show it too. */
public final class LineChart {
  /** Of a picture, in pixels. */
  public static final int WIDTH = 900;

  /** Of a picture, in pixels. */
  public static final int HEIGHT = 480;

  /** The points of a line that can still be told from each other. */
  private static final int MARKED = 30;

  private LineChart() {}

  /** What the axes show; {@code logarithmic} is the upright one, which else begins at 0. */
  public record Axes(String x, String y, boolean logarithmic) {}

  /**
   * A line.
   *
   * @param name what the legend calls it
   * @param x where its values are
   * @param y as many values
   */
  public record Series(String name, List<Double> x, List<Double> y) {
    /** Copies the lists. */
    public Series {
      x = List.copyOf(x);
      y = List.copyOf(y);
    }
  }

  /** Writes a picture. */
  public static void write(Path svg, String title, Axes axes, List<Series> series) {
    save(of(title, axes, series), svg);
  }

  /** A picture that can still be changed. */
  public static XYChart of(String title, Axes axes, List<Series> series) {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(axes.x())
            .yAxisTitle(axes.y())
            .build();
    chart.getStyler().setYAxisLogarithmic(axes.logarithmic());
    if (!axes.logarithmic()) {
      chart.getStyler().setYAxisMin(0.0);
    }
    for (Series each : series) {
      chart
          .addSeries(each.name(), each.x(), each.y())
          .setMarker(each.x().size() > MARKED ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }
    return chart;
  }

  /** Writes any picture, with its legend at the right. */
  @SuppressWarnings("deprecation") // xchart's only way to SVG
  public static void save(Chart<?, ?> chart, Path svg) {
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    try (OutputStream out = Files.newOutputStream(svg)) {
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(svg + " can't be written.", e);
    }
  }

  /** For people: what it means that drawing ended with a {@link LinkageError} or the like. */
  public static String unavailable(Throwable error) {
    // a reduced Java runtime has no java.desktop, some have it without fonts
    return "No pictures: this Java lacks java.desktop or its fonts, or xchart is not there (%s)."
        .formatted(error);
  }
}
