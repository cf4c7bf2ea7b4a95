package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.bundle.Bundle;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.buffer_iterator;
import org.bytedeco.pytorch.buffer_list;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.parameter_iterator;
import org.bytedeco.pytorch.parameter_list;

/** A TorchScript module, frozen: its weights are constants of its graph. */
final class TorchScriptNetwork implements Network {
  private final String file;
  private final Owned<JitModule> module;
  private final boolean channelsLast;

  private TorchScriptNetwork(String file, Owned<JitModule> module, boolean channelsLast) {
    this.file = file;
    this.module = module;
    this.channelsLast = channelsLast;
  }

  /**
   * Loads the file's module onto a device, in a type, as it is.
   *
   * @param channelsLast whether the weights of convolutions are laid out for inputs whose channels
   *     lie side by side
   * @throws ModelException if LibTorch refuses it
   * @throws dev.wwts.OutOfDeviceMemoryException if the device has too little memory for it
   */
  static TorchScriptNetwork load(
      Path path, Device device, torch.ScalarType type, boolean channelsLast) {
    return load(
        path,
        () -> {
          Owned<JitModule> frozen = new Owned<>(frozen(path, device, type, channelsLast));
          return new TorchScriptNetwork(path.toString(), frozen, channelsLast);
        });
  }

  /**
   * Loads a model's module onto the processor, its layers made oneDNN's where the type is one that
   * oneDNN computes in.
   *
   * @throws ModelException if LibTorch refuses it, or if it does not run
   */
  static TorchScriptNetwork loadForProcessor(Bundle bundle, torch.ScalarType type) {
    long[] shape = {1, 3, bundle.manifest().input().height(), bundle.manifest().input().width()};
    return load(
        bundle.path(),
        () -> {
          JitModule frozen = frozen(bundle.path(), Device.CPU, type, false);
          AxisSums.run(frozen);
          boolean channelsLast =
              type != torch.ScalarType.Half
                  && OneDnnRewrite.run(frozen, type, torch.zeros(shape, new TensorOptions(type)));
          return new TorchScriptNetwork(
              bundle.path().toString(), new Owned<>(frozen), channelsLast);
        });
  }

  private static TorchScriptNetwork load(Path path, Supplier<TorchScriptNetwork> loading) {
    try {
      return NativeScope.inference(loading);
    } catch (RuntimeException e) {
      throw failure(Reason.LOAD_FAILED, path + ": LibTorch can't load it: ", e);
    }
  }

  private static RuntimeException failure(Reason reason, String what, RuntimeException error) {
    RuntimeException typed = OutOfMemory.typed(error);
    return typed == error
        ? new ModelException(reason, what + NativeErrors.firstWords(error) + ".", error)
        : typed;
  }

  private static JitModule frozen(
      Path path, Device device, torch.ScalarType type, boolean channelsLast) {
    DeviceOptional where = new DeviceOptional(new org.bytedeco.pytorch.Device(device.toString()));
    JitModule loaded = torch.load(path.toString(), where, false);
    loaded.eval();
    castFloats(loaded, type);
    if (channelsLast) {
      layChannelsLast(loaded.parameters());
    }
    return torch.freeze(loaded);
  }

  /**
   * Parameters and buffers of floating point to a type. JitModule.to would also cast tables of
   * integers that a network looks positions up in (Swin's, BERT's).
   */
  private static void castFloats(JitModule module, torch.ScalarType type) {
    castFloats(module.parameters(), type);
    buffer_list buffers = module.buffers();
    buffer_iterator end = buffers.end();
    for (buffer_iterator at = buffers.begin(); at.notEquals(end); at.increment()) {
      castFloat(at.access(), type);
    }
  }

  private static void castFloats(parameter_list weights, torch.ScalarType type) {
    parameter_iterator end = weights.end();
    for (parameter_iterator at = weights.begin(); at.notEquals(end); at.increment()) {
      castFloat(at.access(), type);
    }
  }

  /** The module's own tensor changes, so that whatever shares it goes on doing so. */
  private static void castFloat(Tensor weight, torch.ScalarType type) {
    if (weight.is_floating_point() && weight.scalar_type().intern() != type) {
      weight.__dispatch_set_data(weight.to(type));
    }
  }

  private static void layChannelsLast(parameter_list weights) {
    parameter_iterator end = weights.end();
    for (parameter_iterator at = weights.begin(); at.notEquals(end); at.increment()) {
      Tensor weight = at.access();
      if (weight.dim() == 4) {
        weight.set_data(weight.contiguous(torch.MemoryFormat.ChannelsLast));
      }
    }
  }

  @Override
  public boolean wantsChannelsLast() {
    return channelsLast;
  }

  @Override
  public Tensor forward(Tensor input) {
    IValue result;
    try {
      result = module.get().forward(new IValueVector(new IValue(input)));
    } catch (RuntimeException e) {
      throw failure(Reason.BAD_OUTPUT, file + ": the network failed: ", e);
    }
    if (!result.isTensor()) {
      throw new ModelException(
          Reason.BAD_OUTPUT, file + ": the network must return one tensor of logits.");
    }
    return result.toTensor();
  }

  @Override
  public void close() {
    module.close();
  }
}
