package dev.wwts.torch;

import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.parameter_iterator;
import org.bytedeco.pytorch.parameter_list;

/**
 * Gives a model that travelled without its large weights (gpu-check.sh sets them to zero, so that
 * 630 MB become 2 MB) random ones: speed and memory do not depend on them, but NaN, infinity and
 * zeros would.
 */
public final class FilledModels {
  private static final long LARGE = 64 << 10;

  /**
   * Half of He's standard deviation: activations shrink a little from layer to layer and stay in
   * FP16's range.
   */
  private static final double GAIN = 0.5;

  private FilledModels() {}

  /** Writes {@code out}: the module, manifest and labels of {@code slim}, with weights. */
  public static void fill(Path slim, Path out) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      ExtraFilesMap extra = new ExtraFilesMap();
      extra.put(new BytePointer("wwts.json"), new BytePointer(""));
      extra.put(new BytePointer("labels.txt"), new BytePointer(""));
      JitModule module = torch.load(slim.toString(), new DeviceOptional(), extra, true);
      torch.manual_seed(1);
      parameter_list weights = module.parameters();
      parameter_iterator end = weights.end();
      for (parameter_iterator at = weights.begin(); at.notEquals(end); at.increment()) {
        Tensor weight = at.access().detach();
        if (weight.dim() >= 2 && weight.numel() * Float.BYTES >= LARGE) {
          double fanIn = (double) weight.numel() / weight.size(0);
          weight.copy_(torch.randn(weight.sizes()).mul_(scalar(GAIN * Math.sqrt(2 / fanIn))));
        }
      }
      module.save(out.toString(), extra);
    } finally {
      scope.close();
    }
  }

  private static org.bytedeco.pytorch.Scalar scalar(double value) {
    return new org.bytedeco.pytorch.Scalar(value);
  }
}
