package dev.wwts.internal.torch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.named_buffer_iterator;
import org.bytedeco.pytorch.named_buffer_list;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;
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

  /**
   * Writes the file of weights that an ONNX graph of the same network names.
   *
   * @param places lines of name, offset and length, with tabs between
   */
  public static void writeOnnxWeights(Path model, Path places, Path out) throws IOException {
    PointerScope scope = new PointerScope();
    try (FileChannel file =
        FileChannel.open(
            out,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      JitModule module = torch.load(model.toString());
      Map<String, Tensor> tensors = new HashMap<>();
      named_parameter_list parameters = module.named_parameters();
      named_parameter_iterator lastParameter = parameters.end();
      for (named_parameter_iterator at = parameters.begin();
          at.notEquals(lastParameter);
          at.increment()) {
        tensors.put(at.access().name().getString(), at.access().value());
      }
      named_buffer_list buffers = module.named_buffers();
      named_buffer_iterator lastBuffer = buffers.end();
      for (named_buffer_iterator at = buffers.begin(); at.notEquals(lastBuffer); at.increment()) {
        tensors.put(at.access().name().getString(), at.access().value());
      }
      for (String line : Files.readAllLines(places)) {
        String[] place = line.split("\t", 3);
        Tensor tensor = Objects.requireNonNull(tensors.get(place[0]), place[0]).contiguous();
        BytePointer bytes = new BytePointer(tensor.data_ptr()).capacity(Long.parseLong(place[2]));
        file.write(bytes.asByteBuffer(), Long.parseLong(place[1]));
      }
    } finally {
      scope.close();
    }
  }

  private static org.bytedeco.pytorch.Scalar scalar(double value) {
    return new org.bytedeco.pytorch.Scalar(value);
  }
}
