package dev.wwts;

import dev.wwts.image.Limits;
import dev.wwts.torch.EngineOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link RecognizerBuilder} collected, with its meanings and ranges. */
record Settings(
    Device device,
    Precision precision,
    int threads,
    int lanes,
    int topK,
    double minConfidence,
    double threshold,
    Limits limits,
    List<Integer> batchSizes,
    @Nullable String sha256,
    boolean trusted,
    long vramBudget,
    boolean cudaGraphs,
    boolean tf32,
    JpegDecoder decoder) {
  Settings withThreshold(double value) {
    return new Settings(
        device,
        precision,
        threads,
        lanes,
        topK,
        minConfidence,
        value,
        limits,
        batchSizes,
        sha256,
        trusted,
        vramBudget,
        cudaGraphs,
        tf32,
        decoder);
  }

  Settings withPrecision(Precision value) {
    return new Settings(
        device,
        value,
        threads,
        lanes,
        topK,
        minConfidence,
        threshold,
        limits,
        batchSizes,
        sha256,
        trusted,
        vramBudget,
        cudaGraphs,
        tf32,
        decoder);
  }

  EngineOptions engine() {
    return new EngineOptions(
        device, precision, threads, topK, batchSizes, vramBudget, cudaGraphs, tf32, decoder);
  }
}
