package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.JpegDecoder;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.internal.lane.LaneProbe;
import java.nio.file.Path;

/** How long calls take. */
final class Speed {
  /**
   * Of a graph, whose figures are held against goals: after fewer calls the JIT compiler has not
   * yet come to all of a call's code (32.6 us of the host's own after 30, 17.1 after 1,000, H200).
   */
  private static final int WARM_UPS = 1000;

  private final Place place;
  private final int calls;

  Speed(Place place, int calls) {
    this.place = place;
    this.calls = calls;
  }

  /** The name of the check whose figures the goals are judged by. */
  static String fromPixels(String model, boolean graphs) {
    return model + (graphs ? ", graph" : ", eager") + ", from pixels";
  }

  boolean fromBytes(Path model, boolean graphs, byte[] picture, ObjectNode figures) {
    return fromBytes(model, graphs, JpegDecoder.CPU, picture, figures);
  }

  boolean fromBytes(
      Path model, boolean graphs, JpegDecoder decoder, byte[] picture, ObjectNode figures) {
    Percentiles total = new Percentiles(calls);
    Percentiles behindDecode = new Percentiles(calls);
    try (Recognizer recognizer =
        Recognizer.builder(model)
            .device(place.device())
            .cudaGraphs(graphs)
            .decoder(decoder)
            .lanes(1)
            .load()) {
      for (int i = -calls / 10; i < calls; i++) {
        long start = System.nanoTime();
        var answer = recognizer.answer(Picture.of(picture));
        long nanos = System.nanoTime() - start;
        if (i >= 0) {
          total.add(nanos);
          behindDecode.add(nanos - answer.timings().decode());
        }
      }
      total.put(figures, "total");
      behindDecode.put(figures, "without decode");
      Precision precision = recognizer.model().precision();
      String remarks = recognizer.remarks().toString();
      figures.put("precision", precision.toString()).put("remarks", remarks);
      recognizer.memory().ifPresent(memory -> Vram.put(figures, memory));
      boolean captured = remarks.contains("captured") && !remarks.contains("capture failed");
      boolean left = remarks.contains("the CPU decodes such");
      if ((graphs && place.isCuda() && !captured) || left) {
        return false;
      }
      if (precision != Precision.FP16 && place.standIn()) {
        place.needsArithmetic();
      }
      return precision == Precision.FP16 || !place.isCuda();
    }
  }

  /** Whole calls, and the host's part of calls. */
  boolean fromPixels(Path model, boolean graphs, byte[] picture, ObjectNode figures) {
    Percentiles wall = new Percentiles(calls);
    Percentiles queueing = new Percentiles(calls);
    Percentiles own = new Percentiles(calls);
    boolean cuda = place.isCuda();
    LaneProbe.fromPixels(
        model,
        place.device(),
        graphs,
        picture,
        place.isCuda() && graphs ? Math.max(WARM_UPS, calls / 10) : calls / 10,
        calls,
        wall::add,
        (queued, read) -> {
          queueing.add(queued);
          own.add(queued + read);
        });
    wall.put(figures, "total");
    if (cuda) {
      queueing.put(figures, "queueing");
      own.put(figures, "own");
    }
    if (place.standIn()) {
      figures.put("own share", "the host's time of calls on a stand-in, whose launches take none");
    }
    return true;
  }
}
