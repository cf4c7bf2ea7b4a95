package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that would run on and on are ended, others are not. */
class BudgetTest {
  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while True:\n  x = x + 1\nreturn x",
        "for i in range(999999999999):\n  x = x + 1\nreturn x",
        "for i in range(x.expand([1000000000000, 2, 9]).size(0)):\n  x = x + 1\nreturn x",
        "n = 0\nfor i in range(100000):\n  for j in range(100000):\n    n += j\nreturn x + n",
        "l = [1, 2]\nl[0] = 999999999999\nfor i in range(min(l[0], 9999999999)):\n  x = x + 1\nreturn x",
        "i = 0\nwhile i >= 0:\n  i = (i + 1) % 9\nreturn x",
        "l = [1]\nfor i in range(len(l)):\n  l.append(1)\n  for j in l:\n    while len(l) > 0:\n      l.append(j)\nreturn x",
        "return self.again(self.again(self.again(x)))",
        // memory
        "l = [1] * 4000000000\nreturn x + len(l)",
        "l = [1] * x.expand([4000000000, 2, 9]).size(0)\nreturn x + len(l)",
        "l = [1]\nl *= 4000000000\nreturn x + len(l)",
        "l = [x]\nfor i in range(60):\n  l = l + l\nreturn l[0]",
        "l = [x]\nfor i in range(60):\n  l += l\nreturn l[0]",
        "l = [x]\nfor i in range(60):\n  l.extend(l)\nreturn l[0]",
        "s = 'aa'\nfor i in range(60):\n  s = s + s\nreturn x + len(s)",
        "s = 'aa'\nfor i in range(60):\n  s = s.replace('a', 'aa')\nreturn x + len(s)",
        "s = 'aa'\nfor i in range(60):\n  s = '{}{}'.format(s, s)\nreturn x + len(s)",
        "s = 'aa'\nfor i in range(60):\n  s = '{}'.format((s, s))\nreturn x + len(s)",
        "a = (1, 2)\nb = (a, a, a, a, a, a, a, a)\nc = (b, b, b, b, b, b, b, b)\nd = (c, c, c, c, c, c, c, c)\ne = (d, d, d, d)\nreturn x + len('{}'.format(e))",
        "s = 'aa'\nfor i in range(60):\n  s = s.join([s, s])\nreturn x + len(s)",
        "return x + len(list(range(4000000000)))",
        "l = [1]\nl1 = l + l\nl2 = l1 * 2000\nl3 = l2 * 2000\nl4 = l3 * 2000\nl5 = l4 * 2000\nreturn x + len(l5)",
        "l = [[1]]\nfor i in range(400000):\n  l.append([i] * 2000)\nreturn x + len(l)",
        "l = [1]\nfor i in range(3000):\n  l.append(i)\nreturn x + len(l.copy())",
        "s = 0\nfor i in range(50000):\n  s += len(str([i] * 2000))\nreturn x + s",
        // one list in many places
        "a = [1] * 2000\nb = [a] * 2000\nc = [b] * 2000\nreturn x + len(str(c))",
        "a = [1] * 2000\nb = [a] * 2000\nc = [b] * 2000\nreturn x + len('{}'.format(c))",
        "a = [1] * x.size(1)\nb = [a] * 2000\nreturn x + len('%s' % b)",
        "return x + len(str(x.expand([1000000000, 2, 9])))",
        // SIGFPE
        "n = -9223372036854775807 - x.size(0) + 1\nreturn x + n // (x.size(0) - 3)",
        "n = -9223372036854775807 - x.size(0) + 1\nreturn x + n % (x.size(0) - 3)",
        "n, m = divmod(-9223372036854775807 - x.size(0) + 1, -1)\nreturn x + n",
        // SIGSEGV, and SIGFPE
        "return torch.softmax(x, 1, -1)",
        "return x + torch.sum(x, dtype=-x.dim())",
        "return x.to(100)",
        "return torch.quantize_per_tensor(x, 1.0, 0, -1).dequantize()",
        "n = [x.size(0) - 3]\nreturn x + torch.zeros([2, 9], dtype=n[0])",
        "return x + torch.zeros([2, 9], dtype=-1)",
        "return self.summed(x, -1)",
        "return x + torch.sum(torch.ones([2]), dtype=-1)",
        // SIGFPE
        "n = torch.full([2, 9], -9223372036854775807 - x.size(0) + 1, dtype=4)\nreturn x + torch.div(n, n * 0 - 1, rounding_mode='trunc')",
        "n = torch.full([2, 9], -2147483647 - x.size(0) + 1, dtype=3)\nreturn x + torch.divide(n, -1, rounding_mode='trunc')",
        "n = torch.full([2, 9], -2147483648, dtype=3)\nreturn x + n.div_(-1, rounding_mode='trunc')",
        "n = torch.full([2, 9], -9223372036854775808, dtype=4)\nreturn x + torch.div(n, -1, rounding_mode='trunc')",
        "mode = 'trunc'\nif x.dim() > 2:\n  mode = 'floor'\nn = torch.full([2, 9], -2147483648, dtype=3)\nreturn x + torch.div(n, -1, rounding_mode=mode)",
      })
  void endsWhatRunsOnOrGrows(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph network = network(body);
          assertThatThrownBy(() -> network.run(torch.ones(2, 9)))
              .isInstanceOfSatisfying(
                  RuntimeException.class,
                  e -> assertThat(String.valueOf(e.getMessage())).matches(Budget::isSpent));
          return body;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i = 0\nwhile i < 3:\n  x = x + 1\n  i += 1\nreturn x",
        "for i in range(x.size(0) + 1):\n  x = x + 1\nreturn x",
        "n = 0\nfor i in range(100):\n  for j in range(100):\n    n += 1\nreturn x + (n - 9997)",
        "l = [1] * (x.dim() + 1)\nreturn x + len(l)",
        "l = [1]\nl += [2, 3]\nl.extend([4])\nreturn x + (l[2] + l[3] - 4)",
        "return x + len('{}-{}'.format(x.dim(), 'a'))",
        "t = (x.dim(), 7, 0.5)\nreturn x + (len('{} of {}'.format(t, (t, True))) - 31)",
        "return x + (len('{}'.format(x.size(0) * 5000)) - 2)",
        "return x + (-7 // x.size(0) + 7 % x.size(1) - 2 * -7 // 2 - 7)",
        "n = torch.full([2, 9], -7, dtype=4)\nreturn x + torch.div(n, -2, rounding_mode='trunc')",
        "return torch.sum(x.to(7), dtype=6).expand([2, 9]) - 14",
        "return torch.sum(self.summed(x, 7), dtype=x.dtype).expand([2, 9]) - 14 + self.summed(x, None) - 18",
        "return x + torch.div(x * 7.5, 2, rounding_mode='trunc')",
        "return x + torch.div(torch.full([2, 9], 7, dtype=0), 2, rounding_mode='trunc')",
        "n = torch.full([2, 9], -9223372036854775807, dtype=4)\nreturn x - torch.div(n, 3, rounding_mode='floor') * 0 + 3",
        "l = [x, x]\nfor i in range(2998):\n  l.append(x)\nreturn x + torch.stack(l).size(0) // 1000",
        "s = 'unread'\nif x.dim() > 2:\n  s = str([x])\nreturn x + (len(s) - 3)",
      })
  void threeIsAdded(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph network = network(body);
          FrozenGraph.Compiled compiled = network.compiled();
          for (int call = 0; call < 3; call++) {
            Tensor answer =
                compiled.function().apply(network.arguments(torch.ones(2, 9))).toTensor();
            assertThat(answer.sum().item().toDouble()).isEqualTo(4 * 18);
          }
          return body;
        });
  }

  private static FrozenGraph network(String body) {
    JitModule module = new JitModule(new QualifiedName("__torch__.Loops"));
    module.define("def again(self, x):\n  for i in range(190000):\n    x = x + 1\n  return x\n");
    module.define("def summed(self, x, n: Optional[int]):\n  return torch.sum(x, dtype=n)\n");
    module.define("def forward(self, x):\n" + body.indent(2));
    return Passes.PROCESSOR.freeze(module);
  }
}
