package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.WwtsException;
import dev.wwts.internal.model.ModelContent;
import dev.wwts.internal.rewrite.Budget;
import dev.wwts.internal.rewrite.Destination;
import dev.wwts.internal.rewrite.FrozenGraph;
import dev.wwts.internal.rewrite.Passes;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Owned;
import dev.wwts.internal.torch.ScriptReader;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Obj;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A TorchScript network, frozen: its weights are constants of its graph. */
final class TorchScriptNetwork implements Network {
  private final String file;
  private final Owned<CompilationUnit> unit;
  private final Owned<Function> function;
  private final @Nullable Owned<Obj> self;
  private final boolean channelsLast;

  private TorchScriptNetwork(Path path, FrozenGraph network, boolean channelsLast) {
    FrozenGraph.Compiled compiled = network.compiled();
    this.file = path.toString();
    this.unit = new Owned<>(compiled.unit());
    this.function = new Owned<>(compiled.function());
    this.self = network.self() == null ? null : new Owned<>(network.self()._ivalue());
    this.channelsLast = channelsLast;
  }

  /**
   * Loads the file's module onto a device that is no card, in a type, as it is.
   *
   * @param channelsLast whether the weights of convolutions are laid out for inputs whose channels
   *     lie side by side
   * @throws ModelException if LibTorch refuses it
   * @throws dev.wwts.OutOfDeviceMemoryException if the device has too little memory for it
   */
  static Network load(
      ModelContent content, Device device, torch.ScalarType type, boolean channelsLast) {
    return load(
        content.file(),
        () -> {
          FrozenGraph frozen = frozen(content, Passes.PROCESSOR, () -> {});
          var where = new org.bytedeco.pytorch.Device(device.toString());
          Passes.PROCESSOR.place(frozen, Destination.of(where, type, channelsLast));
          return of(content.file(), frozen, channelsLast);
        });
  }

  /** The network of a graph that is ready to run. */
  static TorchScriptNetwork of(Path path, FrozenGraph network, boolean channelsLast) {
    return new TorchScriptNetwork(path, network, channelsLast);
  }

  /** Does what makes a network, or a part of it, in a pointer scope and on a thread of its own. */
  static <T> T load(Path path, Supplier<T> loading) {
    try {
      T made = LoadThread.call(loading);
      Pointer.trimMemory();
      return made;
    } catch (RuntimeException e) {
      throw failure(Reason.LOAD_FAILED, path + ": LibTorch can't load it: ", e);
    }
  }

  private static RuntimeException failure(Reason reason, String what, RuntimeException error) {
    if (Budget.isSpent(String.valueOf(error.getMessage()))) {
      return new ModelException(
          Reason.UNTRUSTED, what + NativeErrors.firstWords(error) + ".", error);
    }
    RuntimeException typed = OutOfMemory.typed(error);
    return typed == error && !(error instanceof WwtsException)
        ? new ModelException(reason, what + NativeErrors.firstWords(error) + ".", error)
        : typed;
  }

  /**
   * In the host's memory and in 32 bits: constants are compared there without waiting for a card,
   * and layers merged without rounding. The module goes at once, as folding has made copies of some
   * of its weights.
   *
   * @param content which LibTorch copies
   * @param copied told when it has
   */
  static FrozenGraph frozen(ModelContent content, Passes passes, Runnable copied) {
    PointerScope outer = PointerScope.getInnerScope();
    FrozenGraph network =
        NativeScope.of(
            () -> {
              JitModule loaded = ScriptReader.read(content);
              copied.run();
              FrozenGraph frozen = passes.freeze(loaded);
              outer.attach(frozen.graph());
              if (frozen.self() != null) {
                outer.attach(frozen.self());
              }
              return frozen;
            });
    // small weights lie in the heap of the C library, which keeps what is freed
    Pointer.trimMemory();
    return network;
  }

  @Override
  public boolean wantsChannelsLast() {
    return channelsLast;
  }

  /**
   * The executor runs the frozen graph as it is: its own passes and its fuser find nothing more on
   * a processor, take a second run of each shape, and on a card would compare weights pair by pair,
   * waiting for the card each time (33,000 times for ResNeSt-101), and compile with NVRTC for each
   * new shape, in the middle of a call, what no later load frees.
   */
  @Override
  public Tensor forward(Tensor input) {
    IValue result;
    boolean optimizes = torch.getGraphExecutorOptimize();
    try {
      // the thread's own setting; loading needs the other
      torch.setGraphExecutorOptimize(false);
      result = function.get().apply(arguments(input));
    } catch (RuntimeException e) {
      throw failure(Reason.BAD_OUTPUT, file + ": the network failed: ", e);
    } finally {
      torch.setGraphExecutorOptimize(optimizes);
    }
    if (!result.isTensor()) {
      throw new ModelException(
          Reason.BAD_OUTPUT, file + ": the network must return one tensor of logits.");
    }
    return result.toTensor();
  }

  private IValueVector arguments(Tensor input) {
    return self == null
        ? new IValueVector(new IValue(input))
        : new IValueVector(new IValue(self.get()), new IValue(input));
  }

  @Override
  public void close() {
    function.close();
    unit.close();
    if (self != null) {
      self.close();
    }
  }
}
