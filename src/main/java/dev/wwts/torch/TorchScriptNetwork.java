package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.file.Path;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A TorchScript module, frozen: its weights are constants of its graph. */
final class TorchScriptNetwork implements Network {
  private final String file;
  private final Owned<JitModule> module;

  private TorchScriptNetwork(String file, Owned<JitModule> module) {
    this.file = file;
    this.module = module;
  }

  /**
   * Loads the file's module onto a device, in a type.
   *
   * @throws ModelException if LibTorch refuses it
   */
  static TorchScriptNetwork load(Path path, Device device, torch.ScalarType type) {
    try {
      return new TorchScriptNetwork(
          path.toString(), NativeScope.inference(() -> frozen(path, device, type)));
    } catch (RuntimeException e) {
      throw new ModelException(
          Reason.LOAD_FAILED,
          path + ": LibTorch can't load it: " + NativeErrors.firstWords(e) + ".",
          e);
    }
  }

  private static Owned<JitModule> frozen(Path path, Device device, torch.ScalarType type) {
    DeviceOptional where = new DeviceOptional(new org.bytedeco.pytorch.Device(device.toString()));
    JitModule loaded = torch.load(path.toString(), where, false);
    loaded.eval();
    loaded.to(type);
    JitModule frozen = torch.freeze(loaded);
    if (device.kind() == Device.Kind.CPU && type == torch.ScalarType.Float) {
      OneDnnLinear.rewrite(frozen);
    }
    return new Owned<>(frozen);
  }

  @Override
  public Tensor forward(Tensor input) {
    IValue result;
    try {
      result = module.get().forward(new IValueVector(new IValue(input)));
    } catch (RuntimeException e) {
      throw new ModelException(
          Reason.BAD_OUTPUT, file + ": the network failed: " + NativeErrors.firstWords(e) + ".", e);
    }
    if (!result.isTensor()) {
      throw new ModelException(
          Reason.BAD_OUTPUT, file + ": the network must return one tensor of logits.");
    }
    return new Tensor(result.toTensor());
  }

  @Override
  public void close() {
    module.close();
  }
}
