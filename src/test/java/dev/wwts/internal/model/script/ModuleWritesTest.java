package dev.wwts.internal.model.script;

import static dev.wwts.internal.model.script.Scripts.run;
import static dev.wwts.internal.model.script.Scripts.untrusted;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that writes into the module itself, and code that writes into what it made. */
class ModuleWritesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "y = torch.add_(self.w, 1)",
        "w = self.w\n    y = torch.mul_(w, 2)",
        "v = torch.select(torch.transpose(self.w, 0, 1), 0, 0)\n    y = torch.zero_(v)",
        "v = getattr(self, \"w\")\n    y = torch.copy_(torch.dropout(v, 0.5, False), m)",
        "y = torch.add(m, 1, out=self.w)",
        "y = torch.add_(CONSTANTS.c0, 1)",
        "y = torch.add_(torch.conj_physical(self.w), 1)",
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
  void argumentsOfItsOwnFunctionsStandInTheirOrder() {
    String change = "def f(a: Tensor,\n    b: Tensor) -> Tensor:\n  return torch.add_(a, b)";
    untrusted("y = __torch__.f(b=m, a=self.w)", change, "names the arguments");
    untrusted("y = __torch__.f(self.w, m)", change, "own values");
  }
}
