package dev.wwts.internal.network;

import dev.wwts.internal.cuda.CudaEvent;
import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.rewrite.ConvolutionShape;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.CudnnTrials;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Parts;
import dev.wwts.internal.torch.Tf32;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Measures on a card whether a convolution with its ReLU is faster as one call of cuDNN's or as
 * kernels of their own: it depends on the shape and the card, and can be 17 times slower (pytorch
 * issue 68506: 7 x 7 kernels, channels-last). Both run as lanes run them, as graphs after cuDNN's
 * trials. To be used in the thread that warms lanes up, where cuDNN remembers what it tried; the
 * process remembers the verdicts.
 */
final class FusionTrial implements AutoCloseable {
  /** In one graph, so that the launch itself does not count. */
  private static final int CALLS = 20;

  private static final int RUNS = 5;

  /** cuDNN may compile its engines to try them; what is not tried then stays apart. */
  private static final double MOST_SECONDS = 20;

  private static final double NANOS = 1e9;
  private static final int SPATIAL_AXES = 2;
  private static final Map<Question, Verdict> KNOWN = new ConcurrentHashMap<>();

  private final CudaSetup setup;
  private final long begun = System.nanoTime();
  private final Parts parts = new Parts();
  private final CudaStream stream;
  private final CudaEvent start;
  private final CudaEvent end;

  /** What came of it. */
  enum Verdict {
    TOGETHER,
    APART,
    /** cuDNN has no such call for it. */
    REFUSED,
    /** Others took all the time there was, or it had too little memory. */
    UNMEASURED
  }

  private record Question(
      int device,
      torch.ScalarType type,
      boolean channelsLast,
      boolean graphs,
      boolean tf32,
      ConvolutionShape shape) {}

  FusionTrial(CudaSetup setup) {
    this.setup = setup;
    CudaStream own = new CudaStream(setup.device());
    this.stream = parts.add(own, own::close);
    CudaEvent first = new CudaEvent();
    this.start = parts.add(first, first::close);
    CudaEvent last = new CudaEvent();
    this.end = parts.add(last, last::close);
  }

  /** Which is faster for a shape. */
  Verdict verdict(ConvolutionShape shape) {
    Question question =
        new Question(
            setup.device(), setup.type(), setup.channelsLast(), setup.graphs(), Tf32.isOn(), shape);
    Verdict known = KNOWN.get(question);
    if (known == null && System.nanoTime() - begun > MOST_SECONDS * NANOS) {
      return Verdict.UNMEASURED;
    }
    if (known != null) {
      return known;
    }
    long refusals = CudaMemory.refusals(setup.device());
    // cuDNN's trials wait for the card
    Verdict found = CudaGraph.supplyBetweenCaptures(() -> measured(shape));
    if (CudaMemory.refusals(setup.device()) == refusals) {
      KNOWN.put(question, found);
      return found;
    }
    // with more memory it may be another
    return found == Verdict.REFUSED ? Verdict.UNMEASURED : found;
  }

  private Verdict measured(ConvolutionShape shape) {
    try {
      return stream.with(
          () ->
              NativeScope.inference(
                  () -> {
                    Operands operands = new Operands(setup, shape);
                    long apart = nanos(operands::apart);
                    return nanos(operands::together) <= apart ? Verdict.TOGETHER : Verdict.APART;
                  }));
    } catch (RuntimeException e) {
      stream.await();
      return Verdict.REFUSED;
    }
  }

  /** The best of some runs of a row of calls. */
  private long nanos(Supplier<Tensor> call) {
    CudnnTrials.during(() -> once(call));
    stream.await();
    if (!setup.graphs()) {
      return best(() -> row(call));
    }
    CudaGraph graph = CudaGraph.capture(stream, () -> row(call));
    try {
      return best(graph::launch);
    } finally {
      stream.await();
      graph.close();
    }
  }

  private long best(Runnable run) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      start.record(stream);
      run.run();
      end.record(stream);
      end.await();
      best = Math.min(best, end.nanosSince(start));
    }
    return best;
  }

  private static void row(Supplier<Tensor> call) {
    for (int i = 0; i < CALLS; i++) {
      once(call);
    }
  }

  private static void once(Supplier<Tensor> call) {
    NativeScope.of(call);
  }

  @Override
  public void close() {
    parts.close();
  }

  /** Something to compute with, and both ways to do it. */
  private static final class Operands {
    private final ConvolutionShape shape;
    private final Tensor input;
    private final Tensor weight;
    private final TensorOptional bias;
    private final Tensor residual;

    Operands(CudaSetup setup, ConvolutionShape shape) {
      this.shape = shape;
      this.input = noise(setup, ConvolutionShape.array(shape.input()));
      this.weight = noise(setup, ConvolutionShape.array(shape.weight()));
      long channels = shape.weight().get(0);
      this.bias = new TensorOptional(torch.randn(new long[] {channels}, setup.on(setup.type())));
      this.residual = noise(setup, result());
    }

    private long[] result() {
      long[] sizes = ConvolutionShape.array(shape.input());
      sizes[1] = shape.weight().get(0);
      for (int axis = 0; axis < SPATIAL_AXES; axis++) {
        long kernel = shape.dilation().get(axis) * (shape.weight().get(axis + 2) - 1) + 1;
        long room = sizes[axis + 2] + 2 * shape.padding().get(axis) - kernel;
        sizes[axis + 2] = room / shape.stride().get(axis) + 1;
      }
      return sizes;
    }

    private static Tensor noise(CudaSetup setup, long[] sizes) {
      Tensor noise = torch.randn(sizes, setup.on(setup.type()));
      return setup.channelsLast() ? noise.contiguous(torch.MemoryFormat.ChannelsLast) : noise;
    }

    Tensor apart() {
      Tensor convolved =
          torch.conv2d(
              input,
              weight,
              shape.hasBias() ? bias : new TensorOptional(),
              ConvolutionShape.array(shape.stride()),
              ConvolutionShape.array(shape.padding()),
              ConvolutionShape.array(shape.dilation()),
              shape.groups());
      return (shape.adds() ? convolved.add_(residual) : convolved).relu_();
    }

    /** Always with a bias, as the rewritten graph has it. */
    Tensor together() {
      long[] stride = ConvolutionShape.array(shape.stride());
      long[] padding = ConvolutionShape.array(shape.padding());
      long[] dilation = ConvolutionShape.array(shape.dilation());
      return shape.adds()
          ? torch.cudnn_convolution_add_relu(
              input,
              weight,
              residual,
              new ScalarOptional(new Scalar(1)),
              bias,
              stride,
              padding,
              dilation,
              shape.groups())
          : torch.cudnn_convolution_relu(
              input, weight, bias, stride, padding, dilation, shape.groups());
    }
  }
}
