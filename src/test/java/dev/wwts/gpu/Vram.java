package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.DeviceMemory;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.Nvml;
import java.nio.file.Path;

/** What FP16 saves of a card's memory. */
final class Vram {
  private static final double LEAST_SAVING = 0.4;

  /** Bytes of FP32 weights from which the saving is judged: below, fixed costs are most of it. */
  private static final long JUDGED = 100_000_000;

  /** What a lane's buffer for decoded pixels takes on the card, whatever the network is. */
  private static final long SOURCE_BUFFER = 8L << 20;

  /** The published table's figure for an RTX 3060, which stands beside ours. */
  private static final double ARTICLE_GB = 5.2;

  private final Place place;

  Vram(Place place) {
    this.place = place;
  }

  /** Weights and activations in FP32 and FP16, without what is the same in both. */
  boolean halfSaves(Path model, byte[] picture, ObjectNode figures) {
    place.needsCuda();
    ObjectNode fp32 = figures.putObject("fp32");
    long single = peak(model, Precision.FP32, picture, fp32);
    long half = peak(model, Precision.FP16, picture, figures.putObject("fp16"));
    double saving = 1 - (double) half / single;
    figures.put("saves", saving).put("least", LEAST_SAVING).put("the article's GB", ARTICLE_GB);
    figures.put("left out", "cuBLAS's workspaces and the lane's source buffer");
    if (fp32.get("VRAM weights").longValue() < JUDGED) {
      figures.put("not judged", "less than " + JUDGED + " bytes of weights in FP32");
      return true;
    }
    return saving >= LEAST_SAVING;
  }

  /** Without graphs, in whose pools workspaces could not be told from activations. */
  private long peak(Path model, Precision precision, byte[] picture, ObjectNode figures) {
    int card = place.device().index();
    try (Recognizer recognizer =
        Recognizer.builder(model)
            .device(place.device())
            .precision(precision)
            .cudaGraphs(false)
            .lanes(1)
            .load()) {
      recognizer.recognize(picture);
      if (recognizer.model().precision() != precision) {
        place.needsArithmetic();
        throw new IllegalStateException("ran in " + recognizer.model().precision());
      }
      DeviceMemory memory = recognizer.memory().orElseThrow();
      put(figures, memory);
      figures.put("VRAM used, by NVML", Nvml.usedMemory(card));
      CudaRuntime.use(card);
      CudaRuntime.synchronize();
      long workspaces = CudaMemory.freeWorkspaces(() -> CudaMemory.allocated(card));
      long activations = Math.max(0, memory.activationsPeak() - workspaces - SOURCE_BUFFER);
      figures.put("workspaces", workspaces).put("source buffer", SOURCE_BUFFER);
      figures.put("weights and activations", memory.weights() + activations);
      return memory.weights() + activations;
    }
  }

  static void put(ObjectNode figures, DeviceMemory memory) {
    figures
        .put("VRAM weights", memory.weights())
        .put("VRAM beyond weights", memory.activationsPeak());
    figures.put("VRAM reserved", memory.reserved()).put("VRAM of the process", memory.process());
  }
}
