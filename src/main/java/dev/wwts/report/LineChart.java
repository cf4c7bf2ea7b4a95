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
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines as an SVG, on a white ground of its own, so that dark pages show it too. */
public final class LineChart {
  private LineChart() {}

  /** What the axes show; {@code logarithmic} is the upright one, which else begins at 0. */
  public record Axes(String x, String y, boolean logarithmic) {}

  /**
   * A line.
   *
   * @param name what the legend calls it
   * @param values one for each x of the chart
   */
  public record Series(String name, List<Double> values) {
    /** Copies the list. */
    public Series {
      values = List.copyOf(values);
    }
  }

  /** Writes a picture; {@code x} is where all series' values are. */
  @SuppressWarnings("deprecation") // xchart's only way to SVG
  public static void write(Path svg, String title, Axes axes, List<Double> x, List<Series> series) {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(450)
            .title(title)
            .xAxisTitle(axes.x())
            .yAxisTitle(axes.y())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setYAxisLogarithmic(axes.logarithmic());
    if (!axes.logarithmic()) {
      chart.getStyler().setYAxisMin(0.0);
    }
    for (Series each : series) {
      chart.addSeries(each.name(), x, each.values()).setMarker(SeriesMarkers.NONE);
    }
    try (OutputStream out = Files.newOutputStream(svg)) {
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(svg + " can't be written.", e);
    }
  }
}
