package dev.wwts.internal.network;

import org.bytedeco.pytorch.Tensor;

/** What turns a batch of inputs into logits; safe for any number of threads at once. */
public interface Network extends AutoCloseable {
  /**
   * Runs it, inside the caller's pointer scope and inference mode.
   *
   * @param input N x 3 x H x W, normalised, of the network's precision
   * @return N x classes, of the network's precision, valid within the caller's scope
   */
  Tensor forward(Tensor input);

  /**
   * Whether inputs whose channels lie side by side save it a copy; it answers the same to others.
   */
  boolean wantsChannelsLast();

  @Override
  void close();
}
