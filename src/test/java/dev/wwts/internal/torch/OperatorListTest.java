package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.model.script.Operators;
import java.util.TreeSet;
import org.bytedeco.pytorch.OperatorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The reviewed list of operators against those that LibTorch has. */
class OperatorListTest {
  @Test
  void everyTensorOperatorWasLookedAt() {
    LibTorch.load();
    TreeSet<String> unseen = new TreeSet<>();
    NativeScope.of(
        () -> {
          OperatorVector all = torch.getAllOperators();
          for (long i = 0; i < all.size(); i++) {
            String name = all.get(i).schema().name().getString();
            Operators reviewed = Operators.reviewed();
            if (name.startsWith("aten::") && !reviewed.allows(name) && !reviewed.refuses(name)) {
              unseen.add(name);
            }
          }
          return all;
        });

    assertThat(unseen).isEmpty();
  }
}
