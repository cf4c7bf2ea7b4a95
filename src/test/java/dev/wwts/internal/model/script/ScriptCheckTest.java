package dev.wwts.internal.model.script;

import static dev.wwts.internal.model.script.Scripts.MODULE;
import static dev.wwts.internal.model.script.Scripts.run;
import static dev.wwts.internal.model.script.Scripts.text;
import static dev.wwts.internal.model.script.Scripts.untrusted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that LibTorch must not see for what it names, and code that it may. */
class ScriptCheckTest {
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

  @Test
  void onlyAModuleIsSureToHaveItsMembers() {
    String function = "\ndef f(e: __torch__.E) -> int:\n  y = (e).save(\"f\")\n  return 1";
    untrusted("pass", "class E(Enum):\n  save = 1" + function, ".save");
    untrusted("pass", "class E(NamedTuple):\n  save : int" + function, ".save");
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

  @Test
  void aTupleMayBeCastFromWhatIsOneOrNone() {
    String function =
        "def f(%s) -> Tensor:\n  a, b, = unchecked_cast(Tuple[Tensor, Tensor], t)\n  return b";
    run("pass", function.formatted("t: Optional[Tuple[Tensor, Tensor]]=None"), false);
    untrusted("pass", function.formatted("t: Optional[Tuple[Tensor, int]]"), "casts");
    untrusted("pass", function.formatted("t: Any"), "casts");
  }

  @Test
  void aMethodInAVariableIsNotCalled() {
    untrusted("f = (self.sub).forward\n    y = f(x)", "", "without a name");
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

  @ParameterizedTest
  @ValueSource(
      strings = {"a: Any = x", "l = annotate(List[Any], [x])", "n = unchecked_cast(Any, x)"})
  void refusesValuesOfAnyType(String body) {
    untrusted(body, "", "any type");
  }
}
