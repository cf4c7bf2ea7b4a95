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

/** Memory over time as an SVG, on a white ground of its own, so that dark pages show it too. */
public final class TimelineChart {
  private TimelineChart() {}

  /**
   * A line.
   *
   * @param name what the legend calls it
   * @param mebibytes a value for each second of the chart
   */
  public record Series(String name, List<Double> mebibytes) {
    /** Copies the list. */
    public Series {
      mebibytes = List.copyOf(mebibytes);
    }
  }

  /** Writes a picture; {@code seconds} are the times of all series' values. */
  @SuppressWarnings("deprecation") // xchart's only way to SVG
  public static void write(Path svg, String title, List<Double> seconds, Series... series) {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(450)
            .title(title)
            .xAxisTitle("seconds since the start")
            .yAxisTitle("memory, MiB")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setYAxisMin(0.0);
    for (Series each : series) {
      chart.addSeries(each.name(), seconds, each.mebibytes()).setMarker(SeriesMarkers.NONE);
    }
    try (OutputStream out = Files.newOutputStream(svg)) {
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(svg + " can't be written.", e);
    }
  }
}
