package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Library;
import dev.wwts.internal.model.Target;
import dev.wwts.internal.natives.PrivateFile;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Owned;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AOTIModelContainerRunner;
import org.bytedeco.pytorch.AOTIModelContainerRunnerCpu;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.cuda.AOTIModelContainerRunnerCuda;
import org.bytedeco.pytorch.global.torch;

/**
 * A network as AOTInductor's machine code. LibTorch's loader of packages would read the file again
 * and unpack it to /tmp; its runner takes the library alone, whose bytes were checked.
 *
 * <p>The code was compiled for batches of some sizes. Larger ones run in parts, smaller ones are
 * filled up.
 */
final class CompiledNetwork implements Network {
  private final String file;
  private final Target target;
  private final Owned<AOTIModelContainerRunner> runner;

  /** On a card one instance serves all lanes, in turns: its calls only queue work. */
  private final boolean onCard;

  private CompiledNetwork(Path path, Library library, PrivateFile code, Device device) {
    this.file = path.toString();
    this.target = library.target();
    this.onCard = device.kind() == Device.Kind.CUDA;
    this.runner = new Owned<>(onCard ? OnCard.runner(code, device) : runner(code));
  }

  /**
   * Loads its code into the process, on a device that it was compiled for.
   *
   * @throws ModelException if LibTorch or the system's loader refuses it
   * @throws DeviceException if there is no place for it to be loaded from
   */
  static Network load(Path path, Library library, Device device) {
    try (PrivateFile code = PrivateFile.write(path.toString(), library.bytes(), library::writeTo)) {
      return LoadThread.call(
          () -> {
            try {
              return new CompiledNetwork(path, library, code, device);
            } catch (RuntimeException e) {
              throw refused(code, e);
            }
          });
    }
  }

  private static RuntimeException refused(PrivateFile code, RuntimeException error) {
    RuntimeException typed = OutOfMemory.typed(error);
    return typed == error
        ? new ModelException(
            Reason.LOAD_FAILED, code.refused(String.valueOf(NativeErrors.firstWords(error))), error)
        : typed;
  }

  /** As many instances as calls can compute at once; they share the weights. */
  private static AOTIModelContainerRunner runner(PrivateFile code) {
    int most = Math.max(2, Runtime.getRuntime().availableProcessors());
    return new AOTIModelContainerRunnerCpu(code.path().toString(), most, false);
  }

  /** Touched only on the way to a card, as the CPU build has not its natives. */
  private static final class OnCard {
    private OnCard() {}

    /** One that records no events of its own between calls: a graph is being captured in some. */
    static AOTIModelContainerRunner runner(PrivateFile code, Device device) {
      return new AOTIModelContainerRunnerCuda(
          code.path().toString(), 1, device.toString(), "", true);
    }
  }

  @Override
  public boolean wantsChannelsLast() {
    return false;
  }

  @Override
  public Tensor forward(Tensor input) {
    int n = (int) input.size(0);
    if (n >= target.leastBatch() && n <= target.mostBatch()) {
      return run(input);
    }
    List<Tensor> parts = new ArrayList<>();
    for (int at = 0; at < n; at += target.mostBatch()) {
      int size = Math.min(target.mostBatch(), n - at);
      Tensor part = input.narrow(0, at, size);
      parts.add(run(size < target.leastBatch() ? filled(part) : part).narrow(0, 0, size));
    }
    return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
  }

  /** The same with rows of zeros behind, as many as the code was compiled for at least. */
  private Tensor filled(Tensor input) {
    long[] shape = {
      target.leastBatch() - input.size(0), input.size(1), input.size(2), input.size(3)
    };
    return torch.cat(new TensorVector(input, torch.zeros(shape, input.options())), 0);
  }

  private Tensor run(Tensor input) {
    TensorVector outputs;
    try {
      outputs = onCard ? inTurn(input) : runner.get().run(new TensorVector(input));
    } catch (RuntimeException e) {
      RuntimeException typed = OutOfMemory.typed(e);
      throw typed == e
          ? new ModelException(
              Reason.BAD_OUTPUT,
              file + ": the network failed: " + NativeErrors.firstWords(e) + ".",
              e)
          : typed;
    }
    if (outputs.size() != 1) {
      throw new ModelException(
          Reason.BAD_OUTPUT, file + ": the network must return one tensor of logits.");
    }
    return new Tensor(outputs.get(0));
  }

  private synchronized TensorVector inTurn(Tensor input) {
    return runner.get().run(new TensorVector(input));
  }

  @Override
  public void close() {
    runner.close();
  }
}
