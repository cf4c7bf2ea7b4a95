package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.JpegDecoder;
import dev.wwts.Precision;
import java.util.List;

/**
 * How an engine is to run a model.
 *
 * @param device where; {@code AUTO} is decided by the engine
 * @param precision in what; {@code AUTO} is decided by the engine
 * @param threads LibTorch's threads for one forward on a CPU, 0 for its own default
 * @param topK the most classes that a ranking will be asked for
 * @param batchSizes the batches that are expected; on CUDA each gets its own buffers and graph
 * @param vramBudget bytes of a card's memory, 0 for no limit
 * @param cudaGraphs whether forward and rank are replayed as a graph on CUDA
 * @param tf32 whether fp32 may be rounded to TF32 on CUDA
 * @param decoder what decodes JPEGs; {@code GPU} on CUDA only
 */
public record EngineOptions(
    Device device,
    Precision precision,
    int threads,
    int topK,
    List<Integer> batchSizes,
    long vramBudget,
    boolean cudaGraphs,
    boolean tf32,
    JpegDecoder decoder) {
  /** Copies the list. */
  public EngineOptions {
    batchSizes = List.copyOf(batchSizes);
  }
}
