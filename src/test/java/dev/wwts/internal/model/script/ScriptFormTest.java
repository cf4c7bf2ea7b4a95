package dev.wwts.internal.model.script;

import static dev.wwts.internal.model.script.Scripts.malformed;
import static dev.wwts.internal.model.script.Scripts.run;
import static dev.wwts.internal.model.script.Scripts.untrusted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that torch never writes, or that grows beyond measure. */
class ScriptFormTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a = (1, 1)\n    b = (a, a)\n    c = (b, b)\n    d = (c, c)\n    e = (d, d)\n    f = (e, e)\n    g = (f, f)\n    h = (g, g)\n    i = (h, h)",
        "a = ((((((((((1,),),),),),),),),),)"
      })
  void refusesTypesThatDouble(String body) {
    assertThatThrownBy(() -> run(body, "", false))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          (          | m | )
          torch.relu(| m | )
          [          | 1 | ]
          ``         | m | .sub
          ``         | m | (x)
          ``         | m | [0]
          ``         | m | ` if m else m`
          {1:        | 1 | }
          List[      | int | ]
          """)
  void refusesDeepTreesOfEveryKind(String before, String middle, String after) {
    String deep = (before + " ").repeat(300) + middle + after.repeat(300);
    for (boolean trusted : new boolean[] {false, true}) {
      malformed("y = " + deep, "", trusted);
      malformed(
          "pass", "  def f(self: __torch__.M, x: " + deep + ") -> Tensor:\n    return x", trusted);
      malformed(
          "pass",
          "  def f(self: __torch__.M, x: int=" + deep + ") -> Tensor:\n    return x",
          trusted);
      malformed("pass", "  y : Final[int] = " + deep, trusted);
    }
  }

  @Test
  void refusesDeepBlocksAndClasses() {
    StringBuilder blocks = new StringBuilder("pass\n");
    for (int i = 0; i < 150; i++) {
      blocks.append("    ").append(" ".repeat(i)).append("if True:\n");
    }
    malformed(blocks.append("    ").append(" ".repeat(150)).append("pass").toString(), "", true);
    StringBuilder classes = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      classes.append("class A%d(Module):\n  a : __torch__.A%d\n".formatted(i, i + 1));
    }
    malformed("pass", classes.toString(), true);
    malformed("pass", "class A(Module):\n  a : Optional[__torch__.A]", true);
    StringBuilder tuples = new StringBuilder("class T0(NamedTuple):\n  a : int\n");
    for (int i = 0; i < 20; i++) {
      tuples.append(
          "class T%d(NamedTuple):\n  a : __torch__.T%d\n  b : __torch__.T%d\n"
              .formatted(i + 1, i, i));
    }
    malformed("pass", tuples.toString(), true);
  }

  @Test
  void readsCallsInCallsOfDeepExpressionsWithLittleStack() throws Exception {
    StringBuilder code = new StringBuilder("def f0(x: Tensor) -> Tensor:\n  return x\n");
    for (int i = 1; i < 95; i++) {
      String inner = "__torch__.f%d(x, )".formatted(i - 1);
      code.append("def f%d(x: Tensor) -> Tensor:\n  return ".formatted(i))
          .append("torch.relu(".repeat(90) + inner + ")".repeat(90))
          .append('\n');
    }
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        new Thread(
            null, () -> run("y = __torch__.f94(m, )", code.toString(), false), "small", 512 << 10);
    thread.setUncaughtExceptionHandler((ended, error) -> thrown[0] = error);
    thread.start();
    thread.join();

    assertThat(thrown[0]).isNull();
  }

  @Test
  void refusesFunctionsThatGrowBeyondMeasure() {
    StringBuilder laughs = new StringBuilder("def f0(x: Tensor) -> Tensor:\n  return x\n");
    for (int i = 0; i < 40; i++) {
      laughs.append(
          "def f%d(x: Tensor) -> Tensor:\n  return __torch__.f%d(__torch__.f%d(x, ), )\n"
              .formatted(i + 1, i, i));
    }
    untrusted("y = __torch__.f40(m, )", laughs.toString(), "operations");
    untrusted("pass", "def f(x: Tensor) -> Tensor:\n  return __torch__.f(x, )", "within itself");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class E(Enum):\n  b : int",
        "class E(Enum):\n  pass",
        "class E(Enum):\n  b = torch.save",
        "class N(NamedTuple):\n  b = 3",
        "class C(Unheard):\n  b : int",
        "class C(Module):\n  __parameters__ = 3",
        "class C(Module):\n  __buffers__ = [3]",
        "class C(Module):\n  b = 3",
        "class C(Module):\n  __annotations__[0] = int",
        "class C(Module):\n  return 3",
        "class C(Module):\n  def f() -> int:\n    return 3",
        "class C(Module):\n  class D(Module):\n    a : int",
        "def f(x: int) -> int:\n  def g(x: int) -> int:\n    return x\n  return x",
        "import os",
        "x = 3",
        "def f(x: int) -> int:\n  return x # comment",
        "def f(x: int) -> int:\n\treturn x",
        "def f(x: int) -> int:\n  return x; y = 1",
        "def f(x: int) -> int:\n  return \\\n  x",
        "def f(x: int) -> str:\n  return 'x'",
        "def f(x: int) -> str:\n  return \"\"\"x\"\"\"",
        "def f(x: int) -> str:\n  return \"a\" \"b\"",
        "def f(x: int) -> str:\n  return f\"a\"",
        "def f(x: int) -> int:\n  return 0x10",
        "def f(x: int) -> int:\n  return x + x",
        "def f(x: List[int]) -> int:\n  return 1 in x",
        "def f(x: int) -> bool:\n  return not x",
        "def f(x: int) -> int:\n  return -x",
        "def f(x: int) -> int:\n  return __torch__.f(*[x])",
        "def f(x: int) -> int:\n  return lambda: x",
        "def f(x: int) -> int:\n  return [i for i in [1]]",
        "def f(x: int) -> int:\n  \u043e = 1\n  return x",
        "def f(x: int) -> int:\n  return x\r\n",
        "def f(x: int) -> int:\n  return x\u0000",
        "def f(x: int) -> int:\n  return (x",
        "def f(x: int) -> int:\n    if x:\n      pass\n   return x",
        "@torch\ndef f(x: int) -> int:\n  return x",
      })
  void refusesWhatTorchNeverWrites(String code) {
    for (boolean trusted : new boolean[] {false, true}) {
      malformed("pass", code, trusted);
    }
  }

  @Test
  void whatIsNotInlinedHoldsNoLoops() {
    String loop = "  for i in range(3):\n      pass\n    return None";
    String enter = "class C:\n  def __enter__(self: __torch__.C) -> NoneType:\n  " + loop;
    untrusted("pass", enter, "loops in __enter__");
    String face =
        "class F(Interface):\n  def go(self: __torch__.F) -> NoneType:\n    pass\nclass C:\n  def go(self: __torch__.C) -> NoneType:\n  ";
    untrusted("pass", face + loop, "loops in go");
  }

  /** LibTorch's compiler computes these, while it loads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = torch.floordiv(torch.sub(-9223372036854775807, 1), -1)",
        "a = -9223372036854775807\nb = torch.sub(a, 1)\nc = torch.neg(1)\nn = torch.remainder(b, c)",
        "s = torch.add(\"aaaaaaaaaaaaaaaa\", \"aaaaaaaaaaaaaaaa\")\n"
            + "s1 = torch.replace(s, \"a\", s)\ns2 = torch.replace(s1, \"a\", s1)\ns3 = torch.replace(s2, \"a\", s2)",
        "s = torch.format(\"{}{}{}{}{}{}{}{}{}{}\", \"aaaaaaaaaaaaaaa\")\ns1 = torch.format(s, s)\ns2 = torch.format(s1, s1)",
      })
  void refusesWhatIsComputedFromConstants(String body) {
    untrusted(body.replace("\n", "\n    "), "", "constant");
  }
}
