package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A script with {@code with}: the object that it makes has its methods in the module, which must
 * live as long as its graph (src/test/resources/no_grad.py).
 */
class ContextTest {
  private static final Path SCRIPTED = Path.of("src/test/resources/no_grad.pt");

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @Test
  void aGraphThatMakesObjectsKeepsItsModule() {
    boolean kept = NativeScope.inference(() -> TestModels.frozen(SCRIPTED).self() != null);

    assertThat(kept).isTrue();
  }

  /** Its scope ends before the first forward, and with it all else that came from the file. */
  @Test
  void itAnswersAsPythonDoesTimeAndAgain() {
    try (Network network = TestModels.network(SCRIPTED, torch.ScalarType.Float, false)) {
      for (int call = 0; call < 3; call++) {
        float[][] rows =
            NativeScope.inference(
                () -> {
                  Tensor logits = network.forward(torch.ones(2, 3, 8, 8));
                  return Logits.rows(logits.contiguous(), 2);
                });
        // printed by no_grad.py; a half is exact in binary
        assertThat(rows).isDeepEqualTo(new float[][] {{2.5f, 2.5f, 2.5f}, {2.5f, 2.5f, 2.5f}});
      }
    }
  }
}
