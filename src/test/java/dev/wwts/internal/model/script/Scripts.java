package dev.wwts.internal.model.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Checks code around a small module, for tests. */
final class Scripts {
  private Scripts() {}

  static final String MODULE =
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

  static void untrusted(String body, String members, String named) {
    assertThatThrownBy(() -> run(body, members, false))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNTRUSTED))
        .hasMessageContaining(named);
  }

  static void malformed(String body, String members, boolean trusted) {
    assertThatThrownBy(() -> run(body, members, trusted))
        .as(members.isEmpty() ? body : members)
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
              assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n");
            });
  }

  static void run(String body, String members, boolean trusted) {
    String code = MODULE.replace("BODY", "    " + body).replace("MEMBERS", members);
    ScriptCheck.run("m.pt", Map.of("__torch__.py", text(code)), trusted);
  }

  static byte[] text(String code) {
    return code.getBytes(StandardCharsets.UTF_8);
  }
}
