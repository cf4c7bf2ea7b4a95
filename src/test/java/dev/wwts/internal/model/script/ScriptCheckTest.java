package dev.wwts.internal.model.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that LibTorch must not see, and code that it may. */
class ScriptCheckTest {
  private static final String MODULE =
      """
      class M(Module):
        __parameters__ = ["w", ]
        __buffers__ = []
        w : Tensor
        training : bool
        sub : __torch__.Sub
        id : __torch__.Sub
        save : __torch__.Sub
        __annotations__["0"] = __torch__.Sub
        def forward(self: __torch__.M,
          x: Tensor) -> Tensor:
          m = torch.mean(x, [2, 3])
      BODY
          w = self.w
          return torch.matmul(m, w)
      MEMBERS
      class Sub(Module):
        __parameters__ = []
        __buffers__ = []
        save : int
        def forward(self: __torch__.Sub,
          x: Tensor) -> Tensor:
          return x
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pass",
        "y = torch.relu_(torch.add(m, 1., alpha=1))",
        "y = getattr(self, \"0\")",
        "y = (self.sub).forward(x, )",
        "n = annotate(List[Optional[Tensor]], [None, m])",
        "a, b, = [m, m]",
        "y = ops.prim.NumToTensor((torch.size(x))[0])",
        "y = ops.quantized.linear_prepack(m, None)",
        "ops.prim.RaiseException(\"never \\\"so\\\" \\\\\", \"builtins.ValueError\")",
        "y : Optional[int] = None",
        "for i in range(torch.sub(torch.len([m]), 1)):\n      y = torch.add(m, i)",
        "for i in range(torch.__range_length(1, torch.len([m]), 1)):\n      y = torch.add(m, i)",
        "n = [9223372036854775807, torch.len([m])]\n    for i in range(ops.prim.min(n)):\n      y = torch.add(m, i)",
        "for i in range((torch.size(x))[0]):\n      y = torch.add(m, i)",
        "for i in range(torch.mul(torch.size(x, 0), 2)):\n      y = torch.add(m, i)",
        "b, c, h, w, = torch.size(x)\n    for i in range(torch.floordiv(h, 2)):\n      y = torch.add(m, i)",
        "id = self.id\n    y = (id).forward(x, )",
        "y = self.save",
        "y = getattr(self, \"save\")",
        "n = sorted([3, 1, 2])",
        "y = unchecked_cast(List[Optional[int]], m)",
        "y = 1 if torch.gt(1, 2) else -2",
        "torch.warn(\"old\", 2)",
        "y = CONSTANTS.c0",
      })
  void allowsWhatNetworksDo(String body) {
    assertThatCode(() -> run(body, "", false)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          torch.save(m, "file")                           | torch.save
          f = torch.save                                  | torch.save
          y = torch.relu(torch.from_file("f", False, 64)) | torch.from_file
          y = ops.aten.save(m, "file")                    | ops.aten.save
          y = ops.torch.save(m, "file")                   | ops.torch.save
          t = torch                                       | torch
          n = ops.aten                                    | ops
          (m).save("file")                                | .save
          y = (self.sub).save                             | .save
          y = getattr(m, "save")                          | .save
          y = getattr(torch, "save")                      | torch
          y = getattr(m, "sa\\166e")                      | .sa
          y = getattr(m, "save", None)                    | getattr
          g = getattr                                     | getattr
          y = torch.autograd                              | torch.autograd
          y = torch.ops.aten                              | torch.ops
          print("text")                                   | print
          p = print                                       | print
          print = 1                                       | print
          id = self.id; y = id(x)                         | id
          id = self.id; y = torch.add(x, id)              | id
          id = self.id; f = id                            | id
          y = (id).forward(x)                             | id
          self = self.sub; y = self.save                  | .save
          y = unknown(m)                                  | unknown
          y = (m).unknown()                               | .unknown
          torch.set_(x, m)                                | torch.set_
          torch.resize_(x, [1])                           | torch.resize_
          torch.manual_seed(1)                            | torch.manual_seed
          torch.seed()                                    | torch.seed
          y = torch.data(x)                               | torch.data
          y = (x).data                                    | .data
          y = ops.profiler._record_function_enter("a")    | ops.profiler._record_function_enter
          y = ops.inductor.resize_storage_bytes_(x, 0)    | ops.inductor.resize_storage_bytes_
          y = __torch__.torch.classes.cuda.Stream         | __torch__.torch.classes.cuda.Stream
          f = torch.relu_                                 | torch.relu_
          y = (torch.relu_ if m else torch.relu)(m)       | torch.relu_
          y = ([m])[0](m)                                 | without a name
          y = (getattr(self, "sub"))(m)(m)                | without a name
          y = (self.sub)(m)                               | without a name
          y = (self.sub).id(m)                            | without a name
          y = __torch__.unknown(x)                        | __torch__.unknown
          y = __torch__.M.forward.unknown                 | __torch__.M.forward.unknown
          y = fork(self.sub, x)                           | fork
          self.training = True                            | sets an attribute
          a, self.training = m, True                      | sets an attribute
          y = torch.ljust("a", 40000000000, "x")          | torch.ljust
          y = ops.prim.TupleUnpack((m, m))                | ops.prim.TupleUnpack
          y = unchecked_cast(Tuple[int, int], m)          | casts a value
          y = unchecked_cast(List[__torch__.Sub], m)      | casts a value
          y = [m, torch.save]                             | torch.save
          y = {"a": torch.save}                           | torch.save
          y = m if torch.save else m                      | torch.save
          y = torch.add(m, alpha=torch.save)              | torch.save
          y : torch.save = None                           | torch.save
          y = x[torch.save:1]                             | torch.save
          """)
  void namesWhatReachesBeyondTheNetwork(String lines, String named) {
    String body = lines.replace("; ", "\n    ");
    assertThatThrownBy(() -> run(body, "", false))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED))
        .hasMessageContaining(named)
        .hasMessageContaining("m.pt")
        .hasMessageContaining("trusted(true)");
    assertThatCode(() -> run(body, "", true)).doesNotThrowAnyException();
  }

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

  @Test
  void onlyAModuleIsSureToHaveItsMembers() {
    String function = "\ndef f(e: __torch__.E) -> int:\n  y = (e).save(\"f\")\n  return 1";
    untrusted("pass", "class E(Enum):\n  save = 1" + function, ".save");
    untrusted("pass", "class E(NamedTuple):\n  save : int" + function, ".save");
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
  void looksIntoEveryFileAndEveryPlace() {
    String save = "torch.save(1, \"f\")";
    untrusted("pass", "def f(x: int=" + save + ") -> int:\n  return x", "torch.save");
    untrusted("pass", "class C(Module):\n  a : Final[int] = " + save, "torch.save");
    untrusted("pass", "class C(Module):\n  a : torch.save", "torch.save");
    untrusted("pass", "class C(Module):\n  __forward_hooks__ = [\"f\", ]", "hooks");
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("__torch__.py", text(MODULE.replace("BODY", "    pass").replace("MEMBERS", "")));
    files.put("elsewhere/b.py", text("def f(x: int) -> int:\n  " + save + "\n  return x\n"));
    assertThatThrownBy(() -> ScriptCheck.run("m.pt", files, false))
        .hasMessageContaining("torch.save");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "y = torch.add_(self.w, 1)",
        "w = self.w\n    y = torch.mul_(w, 2)",
        "v = torch.select(torch.transpose(self.w, 0, 1), 0, 0)\n    y = torch.zero_(v)",
        "v = getattr(self, \"w\")\n    y = torch.copy_(torch.dropout(v, 0.5, False), m)",
        "y = torch.add(m, 1, out=self.w)",
        "y = torch.add_(CONSTANTS.c0, 1)",
        "a, b, = m, self.w\n    y = torch.relu_(b)",
        "l = [m, self.w]\n    y = torch.relu_(l[1])",
        "for i in range(2):\n      v = torch.relu_(u)\n      u = self.w",
        "y = __torch__.change(m, self.w)",
        "y = torch.relu_(__torch__.same(self.w))",
        "torch.append(self.l, 1)",
        "torch._set_item(self.d, \"a\", m)",
        "training = self.sub\n    if training:\n      y = torch.relu_(self.w)",
      })
  void refusesToWriteIntoTheModule(String body) {
    String functions =
        """
        class L(Module):
          l : List[int]
          d : Dict[str, Tensor]
        def change(a: Tensor,
            b: Tensor) -> Tensor:
          return __torch__.same(torch.add_(torch.view(b, [-1]), a))
        def same(x: Tensor) -> Tensor:
          y = torch.type_as(x, x)
          return y""";
    untrusted(body, functions, "module's own values");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v = torch.relu_(torch.conv2d(x, self.w))",
        "v = torch.copy_(m, self.w)",
        "s = torch.list(self.s)\n    torch.append(s, 1)",
        "training = self.training\n    if training:\n      _0 = torch.add_(self.w, 1)",
        "v = torch.add(m, 1, out=m)",
      })
  void mayWriteIntoWhatItMade(String body) {
    assertThatCode(() -> run(body, "class L(Module):\n  s : List[int]", false))
        .doesNotThrowAnyException();
  }

  private static final String CONTEXT =
      """
      class C:
        prev : bool
        def __init__(self: __torch__.C) -> NoneType:
          self.prev = False
          return None
        def __enter__(self: __torch__.C) -> NoneType:
          self.prev = torch.is_grad_enabled()
          torch.set_grad_enabled(False)
          return None
        def __exit__(self: __torch__.C,
          a: Any,
          b: Any,
          c: Any) -> NoneType:
          torch.set_grad_enabled(self.prev)
          return None
      class K(Module):
        c : __torch__.C""";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c = __torch__.C.__new__(__torch__.C)\n    _1 = (c).__init__()\n    with c:\n      y = torch.relu(m)",
        "c = __torch__.C.__new__(__torch__.C)\n    c.prev = True\n    with c as d:\n      y = torch.relu(m)",
      })
  void anObjectThatIsNewMayBeChanged(String body) {
    assertThatCode(() -> run(body, CONTEXT, false)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with self.c:\n      y = torch.relu(m)",
        "_1 = (self.c).__init__()",
        "c = self.c\n    c.prev = True",
        "c = __torch__.C.__new__(__torch__.C)\n    c = self.c\n    c.prev = True",
        "for i in range(2):\n      c.prev = True\n      c = self.c",
      })
  void anObjectOfTheModuleMayNot(String body) {
    untrusted(body, CONTEXT, "sets an attribute in forward");
  }

  @Test
  void aTupleMayBeCastFromWhatIsOneOrNone() {
    String function =
        "def f(%s) -> Tensor:\n  a, b, = unchecked_cast(Tuple[Tensor, Tensor], t)\n  return b";
    run("pass", function.formatted("t: Optional[Tuple[Tensor, Tensor]]=None"), false);
    untrusted("pass", function.formatted("t: Optional[Tuple[Tensor, int]]"), "casts");
    untrusted("pass", function.formatted("t: Any"), "casts");
  }

  @Test
  void whatIsCalledWithoutItsNameIsSeen() {
    String writes =
        "class %s(Module):\n  v : Tensor\n  def %s(self: __torch__.%1$s,\n    y: Tensor) -> Tensor:\n    return torch.add_(self.v, 1)";
    String face =
        "\nclass F(ModuleInterface):\n  def go(self: __torch__.F,\n    y: Tensor) -> Tensor:\n    pass\nclass H(Module):\n  f : __torch__.F\n  k : __torch__.K";
    untrusted("y = torch.relu(m)", writes.formatted("K", "__add__"), "declares __add__");
    untrusted("y = (self.f).go(x, )", writes.formatted("K", "go") + face, "own values");
    untrusted("k = self.k\n    y = (k).go(x, )", writes.formatted("K", "go") + face, "own values");
    untrusted(
        "k = __torch__.K.__new__(__torch__.K)\n    y = k(x)",
        writes.formatted("K", "__call__"),
        "own values");
  }

  @Test
  void aMethodInAVariableIsNotCalled() {
    untrusted("f = (self.sub).forward\n    y = f(x)", "", "without a name");
  }

  @Test
  void restoringAModuleMayChangeItButNotLoopNorWarn() {
    String head =
        "class Q(Module):\n  training : bool\n  def __setstate__(self: __torch__.Q,\n    s: bool) -> NoneType:\n    ";
    String tail =
        "\n    return None\n  def restore(self: __torch__.Q) -> NoneType:\n    BODY\n    return None";
    String harmless = head + "self.training = s" + tail.replace("BODY", "self.training = True");
    assertThatCode(() -> run("pass", harmless, false)).doesNotThrowAnyException();
    untrusted("pass", head + "torch.warn(\"a\")" + tail.replace("BODY", "pass"), "torch.warn");
    untrusted(
        "pass", head + "_0 = (self).restore()" + tail.replace("BODY", "torch.warn(\"a\")"), "warn");
    for (String loud : new String[] {"for i in range(3):\n      pass", "l = torch.mul([1], 2)"}) {
      untrusted(
          "pass",
          head + "_0 = (self).restore()" + tail.replace("BODY", loud),
          loud.startsWith("for") ? "loops in restore" : "while it is loaded");
    }
    untrusted("pass", head + "while True:\n      pass" + tail.replace("BODY", "pass"), "loops");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while torch.lt(1, 3):\n      pass",
        "y = (self.c).__contains__(\"k\", )",
        "y, i, = torch.sort(self.w)",
        "y = torch.full([2], -inf)",
      })
  void allowsWhatLooksWorseThanItIs(String body) {
    String keys =
        "class C(Module):\n  def __contains__(self: __torch__.C,\n    key: str) -> bool:\n    return True\nclass H(Module):\n  c : __torch__.C";
    assertThatCode(() -> run(body, keys, false)).doesNotThrowAnyException();
  }

  @Test
  void argumentsOfItsOwnFunctionsStandInTheirOrder() {
    String change = "def f(a: Tensor,\n    b: Tensor) -> Tensor:\n  return torch.add_(a, b)";
    untrusted("y = __torch__.f(b=m, a=self.w)", change, "names the arguments");
    untrusted("y = __torch__.f(self.w, m)", change, "own values");
  }

  private static void untrusted(String body, String members, String named) {
    assertThatThrownBy(() -> run(body, members, false))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED))
        .hasMessageContaining(named);
  }

  private static void malformed(String body, String members, boolean trusted) {
    assertThatThrownBy(() -> run(body, members, trusted))
        .as(members.isEmpty() ? body : members)
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
              assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n");
            });
  }

  private static void run(String body, String members, boolean trusted) {
    String code = MODULE.replace("BODY", "    " + body).replace("MEMBERS", members);
    ScriptCheck.run("m.pt", Map.of("__torch__.py", text(code)), trusted);
  }

  private static byte[] text(String code) {
    return code.getBytes(StandardCharsets.UTF_8);
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

  @ParameterizedTest
  @ValueSource(
      strings = {"a: Any = x", "l = annotate(List[Any], [x])", "n = unchecked_cast(Any, x)"})
  void refusesValuesOfAnyType(String body) {
    untrusted(body, "", "any type");
  }
}
