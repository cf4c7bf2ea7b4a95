package dev.wwts.train;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.torch.ScriptReader;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The network of a head of one's own: features to length 1, a linear layer, and behind its logits
 * the features as they were.
 */
final class HeadModule {
  private static final String NAME = "__torch__.wwts.OwnHead";

  /** What a module is called in which a file's network without its last layer is. */
  private static final String NETWORK = "network";

  /** %s is how the features come from the network's answer. */
  private static final String SOURCE =
      """
      def forward(self, pixels: Tensor) -> Tensor:
        features = %s
        length = torch.clamp_min(torch.norm(features, 2, [1], True), 1e-6)
        logits = torch.linear(features / length, self.weight, self.bias)
        return torch.cat([logits, features], 1)
      """;

  private HeadModule() {}

  /** Of a file's network, with another head. */
  static JitModule of(Bundle base, Head head) {
    Manifest manifest = base.manifest();
    JitModule whole = ScriptReader.read(base.content());
    int classes = manifest.output().classes();
    Tensor pixels = torch.randn(2, 3, manifest.input().height(), manifest.input().width());
    Tensor input = pixels.to(HeadFile.scalar(manifest.dtype()));
    Tensor expected = run(whole, input).narrow(1, classes, head.dimension());
    if (whole.hasattr(NETWORK) && whole.attr(NETWORK).isModule()) {
      try {
        JitModule without =
            module(
                new JitModule(whole.attr(NETWORK).toObject()),
                "torch.flatten(self.network.forward(pixels), 1)",
                head,
                manifest);
        requireFeatures(without, input, expected, base);
        return without;
      } catch (RuntimeException e) {
        // another network's part may be called so too
      }
    }
    JitModule beside =
        module(whole, "self.network.forward(pixels)[:, " + classes + ":]", head, manifest);
    requireFeatures(beside, input, expected, base);
    return beside;
  }

  private static Tensor run(JitModule module, Tensor input) {
    return module.forward(new IValueVector(new IValue(input))).toTensor();
  }

  private static JitModule module(
      JitModule network, String features, Head head, Manifest manifest) {
    JitModule module = new JitModule(new QualifiedName(NAME));
    module.register_module(NETWORK, network);
    torch.ScalarType type = HeadFile.scalar(manifest.dtype());
    Tensor weights = torch.tensor(head.weights()).view(head.labels().size(), head.dimension());
    module.register_parameter("weight", weights.to(type), false);
    module.register_parameter("bias", torch.tensor(head.biases()).to(type), false);
    module.define(SOURCE.formatted(features));
    module.eval();
    return module;
  }

  private static void requireFeatures(
      JitModule module, Tensor input, Tensor expected, Bundle base) {
    Tensor output = run(module, input);
    long labels = output.size(1) - expected.size(1);
    if (labels < 1 || !torch.equal(output.narrow(1, labels, expected.size(1)), expected)) {
      throw new ModelException(
          Reason.BAD_OUTPUT,
          base.path() + ": its embeddings are others with a new head: report it with the file.");
    }
  }
}
