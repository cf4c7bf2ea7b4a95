package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.ExampleShapes.Examples;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes one call of cuDNN's. There are no such calls without a card: what they are said to
 * do stands in for them, so that operands and places are shown to be right.
 */
class FusedConvolutionTest {
  private static final String CONVOLUTION =
      "torch.conv2d(x, self.w, self.b, [1, 1], [1, 1], [1, 1], 2)";

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return torch.relu_(" + CONVOLUTION + ")",
        "return torch.relu(torch.conv2d(x, self.w, None, [2, 1], [1, 2], [1, 2], 2))",
        "return torch.relu(" + CONVOLUTION + " + x)",
        "return torch.relu_(" + CONVOLUTION + ".add_(x))",
        // written over x's twin, which nobody else reads
        "z = torch.sigmoid(x)\n  return torch.relu_(z.add_(" + CONVOLUTION + "))",
        // the residual is computed between the convolution and its addition
        "y = "
            + CONVOLUTION
            + "\n  z = torch.conv2d(torch.relu(x), self.w, None, [1, 1], [1, 1], [1, 1], 2)\n"
            + "  return torch.relu_(y + z)",
      })
  void isOneCallOfCudnn(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph plain = network(body);
          FrozenGraph fused = plain.copy();
          assertThat(fuse(fused)).isEqualTo(1);
          assertThat(fused.graph().toString()).containsOnlyOnce("aten::cudnn_convolution_");
          standIn(fused.graph());
          for (int batch : new int[] {1, 3}) {
            Tensor x = torch.randn(batch, 8, 9, 7);
            Tensor expected = plain.copy().run(x.clone()).toTensor();
            assertThat(fused.run(x).toTensor().equal(expected)).isTrue();
          }
          return fused;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // somebody else sees the convolution's result, or the sum
        "y = " + CONVOLUTION + "\n  return torch.relu(y) + y",
        "y = " + CONVOLUTION + " + x\n  return torch.relu(y) + y",
        // or what was written over
        "y = " + CONVOLUTION + "\n  z = y.view([-1])\n  torch.relu_(y)\n  return z",
        // no ReLU, or no convolution
        "return torch.sigmoid(" + CONVOLUTION + ")",
        "return torch.relu(x)",
        "return torch.hardtanh(" + CONVOLUTION + ", 0.0, 6.0)",
        // scaled, repeated, or a number
        "return torch.relu(torch.add(" + CONVOLUTION + ", x, alpha=2))",
        "return torch.relu(" + CONVOLUTION + " + x.mean([2, 3], True))",
        "return torch.relu(" + CONVOLUTION + " + x.size(0))",
        // one number for both axes, which cuDNN's call would read beyond
        "return torch.relu(torch.conv2d(x, self.w, self.b, [1], [1], [1], 2))",
        "return torch.relu(torch.conv2d(x, self.w, self.b, [1, 1], 'same', [1, 1], 2))",
        // in a branch, behind one, or a weight that is none
        "if x.size(0) > 1:\n    x = torch.relu(" + CONVOLUTION + ")\n  return x",
        "if x.size(0) > 1:\n    x = torch.sigmoid(x)\n  return torch.relu(" + CONVOLUTION + ")",
        "return torch.relu(torch.conv2d(x, self.w + x.size(0), self.b, [1, 1], [1, 1], [1, 1], 2))",
        // without a batch's axis
        "return torch.relu(torch.conv2d(x.mean(0), self.w, self.b, [1, 1], [1, 1], [1, 1], 2))",
        // where it lies is asked
        "y = torch.relu(" + CONVOLUTION + ")\n  return y.view_as(x)",
      })
  void staysAsItIs(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph network = network(body);
          assertThat(fuse(network)).isZero();
          assertThat(network.graph().toString()).doesNotContain("cudnn");
          return network;
        });
  }

  /** Each takes what the one before it gave, as its input and as its residual. */
  @Test
  void blocksOfAResidualNetworkFollowOneAnother() {
    NativeScope.inference(
        () -> {
          String block = "x = torch.relu_(" + CONVOLUTION + ".add_(x))\n  ";
          FrozenGraph plain = network(block.repeat(4) + "return " + "x.mean([2, 3])");
          FrozenGraph fused = plain.copy();
          assertThat(fuse(fused)).isEqualTo(4);
          standIn(fused.graph());
          Tensor x = torch.randn(2, 8, 9, 7);
          assertThat(fused.run(x).toTensor().equal(plain.run(x).toTensor())).isTrue();
          return fused;
        });
  }

  @Test
  void shapesAreThoseOfTheBatchThatIsMeasured() {
    NativeScope.inference(
        () -> {
          FrozenGraph network = network("return torch.relu_(" + CONVOLUTION + " + x)");
          assertThat(shapes(network, 5))
              .containsExactly(
                  new ConvolutionShape(
                      List.of(5L, 8L, 9L, 7L),
                      List.of(8L, 4L, 3L, 3L),
                      List.of(1L, 1L),
                      List.of(1L, 1L),
                      List.of(1L, 1L),
                      2,
                      true,
                      true));
          return network;
        });
  }

  private static FrozenGraph network(String body) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("__torch__.Fused"));
    module.register_parameter("w", torch.randn(8, 4, 3, 3), false);
    module.register_parameter("b", torch.randn(8), false);
    module.define("def forward(self, x):\n  " + body + "\n");
    module.eval();
    return FrozenGraph.of(torch.freeze(module));
  }

  private static List<ConvolutionShape> shapes(FrozenGraph network, int batch) {
    List<FusedConvolution> found = FusedConvolution.in(network.graph(), torch.ScalarType.Float);
    if (found.isEmpty()) {
      return List.of();
    }
    List<Value> asked = new ArrayList<>();
    found.forEach(fused -> asked.addAll(fused.operands()));
    Examples examples = ExampleShapes.of(network, asked, torch.randn(2, 8, 9, 7));
    examples.answers().close();
    List<ConvolutionShape> shapes = new ArrayList<>();
    for (FusedConvolution fused : found) {
      shapes.add(ConvolutionShape.of(fused, torch.ScalarType.Float, examples.shapes(), batch));
    }
    return shapes;
  }

  /** Fuses what may be; gives how many those are. */
  private static int fuse(FrozenGraph network) {
    List<ConvolutionShape> shapes = shapes(network, 1);
    List<FusedConvolution> found = FusedConvolution.in(network.graph(), torch.ScalarType.Float);
    int fused = 0;
    for (int i = 0; i < found.size(); i++) {
      if (shapes.get(i) != null) {
        found.get(i).fuse(network.graph());
        fused++;
      }
    }
    network.graph().lint();
    return fused;
  }

  /** cuDNN's calls in LibTorch's own operators, by the schemas' names. */
  private static void standIn(Graph graph) {
    for (JitNode node : GraphNodes.of(graph)) {
      String kind = GraphNodes.kind(node);
      if (kind.startsWith("aten::cudnn_convolution_")) {
        boolean adds = kind.endsWith("_add_relu");
        Value convolved =
            GraphNodes.insert(
                graph,
                "aten::conv2d",
                node,
                node.namedInput("self"),
                node.namedInput("weight"),
                node.namedInput("bias"),
                node.namedInput("stride"),
                node.namedInput("padding"),
                node.namedInput("dilation"),
                node.namedInput("groups"));
        Value sum =
            adds
                ? GraphNodes.insert(
                    graph,
                    "aten::add",
                    node,
                    convolved,
                    node.namedInput("z"),
                    node.namedInput("alpha"))
                : convolved;
        node.output().replaceAllUsesWith(GraphNodes.insert(graph, "aten::relu", node, sum));
        node.destroy();
      }
    }
    graph.lint();
  }
}
