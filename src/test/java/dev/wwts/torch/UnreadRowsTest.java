package dev.wwts.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Rows that nobody reads are not computed, and those that are read have the same answers. */
class UnreadRowsTest {
  private static final Set<String> PRODUCTS =
      Set.of("aten::linear", "aten::matmul", "aten::scaled_dot_product_attention");

  /** A picture of 12 x 12 as 9 patches of 8 values behind a class token: n x 10 x 8. */
  private static final String TOKENS =
      """
      def forward(self, x):
        x = torch.conv2d(x, self.patch, None, [4, 4]).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand([x.size(0), -1, -1]), x], 1) + self.places
      """;

  private static final String ATTENTION =
      """
        y = torch.layer_norm(x, [8], self.scale, self.shift)
        b = y.size(0)
        n = y.size(1)
        q, k, v = torch.linear(y, self.qkv).reshape([b, n, 3, 2, 4]).permute([2, 0, 3, 1, 4]).unbind(0)
        y = %s
        x = x + torch.linear(y.transpose(1, 2).reshape([b, n, 8]), self.proj) * self.scale
      """;

  private static final String FUSED =
      "torch.scaled_dot_product_attention(q, k, v, None, 0.0, %s, scale=None, enable_gqa=False)";

  private static final String PLAIN =
      "torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) / %s, -1), v)";

  private static final String MLP =
      """
        y = torch.linear(torch.layer_norm(x, [8], self.scale, self.shift), self.up)
        x = x + torch.linear(torch.gelu(y, approximate="none"), self.down)
      """;

  private static final String READ = "  return torch.linear(x[:, %d], self.proj)\n";

  @Test
  void theLastBlockWorksOnTheRowThatIsReadOnly() {
    inference(
        () -> {
          String block = ATTENTION.formatted(FUSED.formatted("False")) + MLP;
          // after the rewriting: the last block's attention, projection and two layers
          List<long[]> shapes = sameAnswers(TOKENS + block + block + READ.formatted(0));
          assertThat(rowsOf(shapes)).containsExactly(10, 10, 10, 10, 10, 10, 1, 1, 1, 1, 0);
          shapes = sameAnswers(TOKENS + block + READ.formatted(-1));
          assertThat(rowsOf(shapes)).containsExactly(10, 1, 1, 1, 1, 0);
        });
  }

  @Test
  void attentionOfSeparateProductsTakesPart() {
    inference(
        () -> {
          for (String scale : new String[] {"2.0", "self.two"}) {
            String code =
                TOKENS + ATTENTION.formatted(PLAIN.formatted(scale)) + MLP + READ.formatted(0);
            assertThat(rowsOf(sameAnswers(code))).containsExactly(10, 1, 1, 1, 1, 1, 0);
          }
        });
  }

  @Test
  void attentionThatLooksBackOnlyNeedsAllItsRows() {
    inference(
        () -> {
          String code =
              TOKENS + ATTENTION.formatted(FUSED.formatted("True")) + MLP + READ.formatted(-1);
          assertThat(rowsOf(sameAnswers(code))).containsExactly(10, 10, 1, 1, 1, 0);
        });
  }

  @Test
  void rowsThatSomebodyElseReadsStay() {
    inference(
        () -> {
          for (String rest :
              new String[] {
                "  return x[:, 0] + x.mean([1])\n",
                "  return x[:, 0] + x[:, 1]\n",
                "  return x[:, 0] + x[:, -1]\n",
                "  return x[:, 3]\n",
                // over the rows, or of the batch
                "  return torch.softmax(x, 1)[:, 0]\n",
                "  return torch.layer_norm(x, [10, 8], None, None)[:, 0]\n",
                "  return x.reshape([-1, 5, 16])[:, 0]\n",
                "  return x.reshape([-1, 10, 8])[:, 0]\n",
                // no product
                "  return x[:, :, 0]\n",
                "  return x.transpose(1, 2)[:, 0].reshape([-1])\n",
              }) {
            JitModule module = frozen(TOKENS + MLP + rest);
            String before = module.get_method("forward").graph().toString();
            UnreadRows.run(module);
            assertThat(module.get_method("forward").graph().toString()).as(rest).isEqualTo(before);
          }
        });
  }

  @Test
  void whatMightBeOtherwiseThanItLooksStays() {
    inference(
        () -> {
          for (String rest :
              new String[] {
                // a weight of one axis takes an axis away: the softmax is over the rows
                "  x = torch.softmax(torch.linear(x, self.scale), -1)\n",
                // lists that grow later
                """
                  s = [x.size(0), 10]
                  s.append(8)
                  x = torch.linear(x, self.proj).view(s)
                """,
                """
                  t = [x]
                  t.append(x)
                  x = torch.linear(torch.cat(t, 1), self.proj)
                """,
                // one row would be a copy of what is written over
                """
                  h = x * 2.0
                  y = h.contiguous()
                  h.add_(1.0)
                  x = torch.linear(y, self.proj)
                """,
                """
                  x.unsqueeze_(1)
                  x = torch.linear(x, self.proj)
                """,
              }) {
            List<Integer> rows = rowsOf(sameAnswers(TOKENS + rest + "  return x[:, 0]\n"));
            assertThat(rows).as(rest).doesNotContain(1);
          }
        });
  }

  @Test
  void tablesAreCutOnceAndMergedForEveryBatch() {
    inference(
        () -> {
          for (String table : new String[] {"token", "places", "scale"}) {
            String code =
                TOKENS
                    + "  x = torch.linear(torch.gelu(torch.linear(x, self.up)), self.down)\n"
                    + "  return torch.linear((x + self.%s)[:, -1], self.proj)\n".formatted(table);
            assertThat(rowsOf(sameAnswers(code))).containsExactly(1, 1, 0);
          }
          // what is left on top of it: one list of patches, no slices
          String code = TOKENS + MLP + "  return (x * self.places)[:, 0]\n";
          JitModule module = frozen(code);
          UnreadRows.run(module);
          String graph = module.get_method("forward").graph().toString();
          assertThat(graph.split("= aten::slice", -1)).hasSize(3);
        });
  }

  /** Runs both, and gives the shapes of what each product of the rewritten one works on. */
  private static List<long[]> sameAnswers(String code) {
    JitModule plain = frozen(code);
    JitModule rewritten = frozen(code);
    UnreadRows.run(rewritten);
    JitModule packed = frozen(code);
    UnreadRows.run(packed);
    OneDnnRewrite.run(packed, torch.ScalarType.Float, torch.zeros(1, 3, 12, 12));
    for (int batch : new int[] {1, 3}) {
      Tensor x = torch.randn(batch, 3, 12, 12);
      Tensor expected = run(plain, x);
      for (Tensor actual : new Tensor[] {run(rewritten, x), run(packed, x)}) {
        assertThat(actual.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
        double largest = expected.abs().max().item().toDouble();
        // the same sums, in another order for one row
        assertThat(actual.sub(expected).abs().max().item().toDouble() / largest).isLessThan(1e-5);
      }
    }
    return ExampleShapes.of(rewritten, productInputs(rewritten), torch.randn(1, 3, 12, 12))
        .values()
        .stream()
        .map(ExampleShapes.Shape::sizes)
        .toList();
  }

  private static List<Integer> rowsOf(List<long[]> shapes) {
    return shapes.stream().map(UnreadRowsTest::rows).toList();
  }

  /** Of n x rows x values, of n x heads x rows x values, and 0 of n x values. */
  private static int rows(long... shape) {
    return shape.length == 2 ? 0 : (int) shape[shape.length - 2];
  }

  private static List<Value> productInputs(JitModule module) {
    return GraphNodes.of(module.get_method("forward").graph()).stream()
        .filter(node -> PRODUCTS.contains(GraphNodes.kind(node)))
        .map(node -> node.input(0))
        .toList();
  }

  private static void inference(Runnable work) {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          work.run();
          return "done";
        });
  }

  private static JitModule frozen(String forward) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("Rows"));
    weight(module, "patch", 8, 3, 4, 4);
    weight(module, "token", 1, 1, 8);
    weight(module, "places", 1, 10, 8);
    weight(module, "scale", 8);
    weight(module, "shift", 8);
    weight(module, "qkv", 24, 8);
    weight(module, "proj", 8, 8);
    weight(module, "up", 16, 8);
    weight(module, "down", 8, 16);
    module.register_parameter("two", torch.full(new long[0], new Scalar(2.0)), false);
    module.define(forward);
    module.eval();
    return torch.freeze(module);
  }

  private static void weight(JitModule module, String name, long... shape) {
    module.register_parameter(name, torch.randn(shape), false);
  }

  private static Tensor run(JitModule module, Tensor x) {
    return new Tensor(module.forward(new IValueVector(new IValue(x))).toTensor());
  }
}
