package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** A trace's convolutions without the trace's switches: the same answers. */
class CardConvolutionsTest {
  @Test
  void tracedConvolutionsBecomeScriptedOnesAndTransposedOnesStay() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          FrozenGraph plain = network();
          FrozenGraph changed = plain.copy();
          Device here = new Device(torch.DeviceType.CPU);
          Passes.CARD.place(changed, Destination.of(here, torch.ScalarType.Float, false));
          assertThat(changed.graph().toString().split("aten::conv2d\\(", -1)).hasSize(3);
          assertThat(changed.graph().toString().split("aten::_convolution\\(", -1)).hasSize(2);
          for (JitNode node : GraphNodes.everywhere(changed.graph())) {
            if (GraphNodes.kind(node).equals("aten::_convolution")) {
              assertThat(GraphNodes.isFalse(node.namedInput("allow_tf32"))).isTrue();
            }
          }
          Tensor x = torch.randn(2, 4, 9, 7);
          Tensor expected = plain.copy().run(x).toTensor();
          Tensor actual = changed.run(x).toTensor();
          assertThat(actual.equal(expected)).isTrue();
          return changed;
        });
  }

  private static FrozenGraph network() {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("__torch__.Traced"));
    module.register_parameter("a", torch.randn(8, 2, 3, 3), false);
    module.register_parameter("b", torch.randn(8), false);
    module.register_parameter("c", torch.randn(8, 4, 2, 2), false);
    module.define(
        """
        def forward(self, x):
          y = torch._convolution(x, self.a, self.b, [2, 1], [1, 2], [1, 2], False, [0, 0], 2, False, False, True, True)
          if x.size(0) > 1:
            y = torch._convolution(y, self.c, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 2, False, False, True, True)
          return torch._convolution(y, self.c, None, [2, 2], [0, 0], [1, 1], True, [1, 1], 1, False, False, True, True)
        """);
    module.eval();
    return FrozenGraph.of(torch.freeze(module));
  }
}
