package dev.wwts.internal.network;

import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Owned;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Holds a network that was rewritten for cards against the plain one, both on the card. */
final class FusionProof {
  /** Of float32: 1 MiB and 32 MiB, as LibTorch's allocator has two pools. */
  private static final long[] SMALL_BLOCK = {1 << 18};

  private static final long[] LARGE_BLOCK = {1 << 23};
  private static final int SMALL_BLOCKS = 8;

  private final CudaSetup setup;
  private final Trial trial;
  private final CudaStream stream;

  private FusionProof(CudaSetup setup, Trial trial, CudaStream stream) {
    this.setup = setup;
    this.trial = trial;
    this.stream = stream;
  }

  /**
   * Why a network must not stand for the plain one; empty if it may. Inside the caller's pointer
   * scope and inference mode.
   *
   * @throws RuntimeException if one of them fails
   */
  static String fault(CudaSetup setup, Trial trial, Network plain, Network rewritten) {
    // not in the middle of another load's trials, whose switch is the process's
    return CudaGraph.supplyBetweenCaptures(
        () -> {
          CudaStream stream = new CudaStream(setup.device());
          try {
            return new FusionProof(setup, trial, stream).fault(plain, rewritten);
          } finally {
            stream.await();
            stream.close();
          }
        });
  }

  private String fault(Network plain, Network rewritten) {
    Network expected = new OnStream(plain, setup, stream);
    trial.expect(expected);
    spoilMemory();
    double difference = trial.difference(new OnStream(rewritten, setup, stream), setup.type());
    if (difference <= Trial.SIXTEEN_BITS) {
      return "";
    }
    double allowed = trial.allowedOnCard(expected);
    return difference <= allowed
        ? ""
        : String.format(
            Locale.ROOT,
            "logits would differ by %.1e of the largest, more than the %.1e that rounding explains",
            difference,
            allowed);
  }

  /**
   * Lets the memory that the rewritten network gets hold NaN. LibTorch has cuDNN add what its
   * result's memory held, times zero, where a convolution adds nothing: cuDNN must not read it.
   */
  private void spoilMemory() {
    CudaMemory.emptyCache();
    stream.with(
        () ->
            NativeScope.inference(
                () -> {
                  Scalar nan = new Scalar(Double.NaN);
                  for (int i = 0; i < SMALL_BLOCKS; i++) {
                    torch.full(SMALL_BLOCK, nan, setup.on(torch.ScalarType.Float));
                  }
                  return torch.full(LARGE_BLOCK, nan, setup.on(torch.ScalarType.Float));
                }));
  }

  /**
   * A network on a stream of its own, as lanes run it, for inputs and answers in the host's memory.
   */
  private record OnStream(Network network, CudaSetup setup, CudaStream stream) implements Network {
    /** In a scope of its own, so that nothing of it stays on the card. */
    @Override
    public Tensor forward(Tensor input) {
      try (Owned<Tensor> answer = NativeScope.of(() -> answer(input))) {
        return new Tensor(answer.get());
      }
    }

    private Owned<Tensor> answer(Tensor input) {
      Tensor there = input.to(setup.card(), setup.type());
      return stream.with(
          () -> {
            // what lays input and weights out are kernels on the default stream, which no other
            // waits for
            CudaRuntime.synchronize();
            return new Owned<>(network.forward(there).cpu());
          });
    }

    @Override
    public boolean wantsChannelsLast() {
      return network.wantsChannelsLast();
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
