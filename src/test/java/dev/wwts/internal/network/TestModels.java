package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.internal.model.ModelContent;
import dev.wwts.internal.rewrite.FrozenGraph;
import dev.wwts.internal.rewrite.Passes;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Writes small TorchScript files without Python; they have no manifest yet. */
public final class TestModels {
  private TestModels() {}

  /** A TorchScript file's network on the processor, whatever else the file lacks. */
  public static Network network(Path file, torch.ScalarType type, boolean channelsLast) {
    try (ModelContent content = ModelContent.read(file, null)) {
      return TorchScriptNetwork.load(content, Device.CPU, type, channelsLast);
    }
  }

  /** Its graph, inside the caller's pointer scope. */
  public static FrozenGraph frozen(Path file) {
    ModelContent content = ModelContent.read(file, null);
    return TorchScriptNetwork.frozen(content, Passes.PROCESSOR, content::close);
  }

  /**
   * A network for 3 x 8 x 8 inputs that answers with {@code expression} over {@code x}, the input,
   * {@code m}, its mean per channel (N x 3), and {@code w}, a 3 x 3 weight filled with {@code
   * weight}.
   */
  public static void write(Path file, String expression, float weight) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      JitModule module = new JitModule(new QualifiedName("Tiny"));
      module.register_parameter("w", torch.empty(3, 3).fill_(new Scalar(weight)), false);
      module.define(
          "def forward(self, x):\n  m = x.mean([2, 3])\n  w = self.w\n  return "
              + expression
              + "\n");
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  /** A network of a convolution, of {@code x} with {@code self.w}, 3 x 3 x 3 x 3. */
  public static void convolve(Path file, String convolution) {
    convolve(file, "torch.relu(" + convolution + ")", ".mean([2, 3])");
  }

  /** A network of {@code expression} over {@code x} and {@code self.w}, and what follows it. */
  public static void convolve(Path file, String expression, String rest) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      JitModule module = new JitModule(new QualifiedName("Tiny"));
      module.register_parameter("w", torch.ones(3, 3, 3, 3), false);
      module.define("def forward(self, x):\n  return " + expression + rest + "\n");
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  /** A network that answers every picture with the same logits. */
  public static void constant(Path file, float[] logits) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      JitModule module = new JitModule(new QualifiedName("Tiny"));
      Tensor weight = torch.empty(1, logits.length);
      weight.data_ptr_float().put(logits);
      module.register_parameter("w", weight, false);
      module.define("def forward(self, x):\n  return self.w.expand([x.size(0), -1])\n");
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  /**
   * A text tower that answers with the sum of its words' rows.
   *
   * @param rows a row for each word
   * @param sum from {@code x}, the ids, and {@code y}, texts x length x columns, to the answer
   */
  public static void words(Path file, float[][] rows, String sum) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      JitModule module = new JitModule(new QualifiedName("Words"));
      Tensor weight = torch.empty(rows.length, rows[0].length);
      for (int i = 0; i < rows.length; i++) {
        weight.data_ptr_float().position((long) i * rows[0].length).put(rows[i]);
      }
      module.register_parameter("w", weight, false);
      module.define(
          "def forward(self, x):\n  y = torch.embedding(self.w, x)\n  return " + sum + "\n");
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  /** A network of this method, {@code forward(self, x)}, without weights. */
  public static void define(Path file, String forward) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      JitModule module = new JitModule(new QualifiedName("Tiny"));
      module.define(forward);
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  /** Whether LibTorch lets cuDNN and cuBLAS round to TF32 now. */
  public static boolean[] tf32() {
    return NativeScope.of(
        () ->
            new boolean[] {
              torch.globalContext().allowTF32CuDNN(), torch.globalContext().allowTF32CuBLAS()
            });
  }
}
