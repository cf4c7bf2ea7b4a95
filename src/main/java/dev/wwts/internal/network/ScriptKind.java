package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.rewrite.PackedWeights;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.Devices;
import org.bytedeco.pytorch.global.torch;

/** TorchScript: runs on any device in any precision, and is rewritten for each. */
record ScriptKind(Bundle bundle) implements NetworkKind {
  @Override
  public Device device(Device wish) {
    return Devices.choose(wish);
  }

  @Override
  public Precision precision(Precision wish, Device device) {
    if (wish != Precision.AUTO) {
      return wish;
    }
    return device.kind() == Device.Kind.CUDA ? Precision.FP16 : Precision.FP32;
  }

  @Override
  public boolean hasFullPrecision() {
    return true;
  }

  @Override
  public Network load(Device device, torch.ScalarType type, Remarks remarks) {
    if (device.kind() != Device.Kind.MPS) {
      if (type == torch.ScalarType.BFloat16 && !PackedWeights.arePossible(type)) {
        remarks.add(new Remark.NoBf16());
      }
      return ProcessorNetwork.load(bundle, type, remarks);
    }
    remarks.add(new Remark.UntestedMps());
    return new MovedNetwork(
        TorchScriptNetwork.load(bundle.content(), device, type, false), device, type);
  }

  @Override
  public LayoutTrial.Winner load(CudaSetup setup, LayoutTrial.Stopwatch stopwatch) {
    return LayoutTrial.run(setup, stopwatch);
  }
}
