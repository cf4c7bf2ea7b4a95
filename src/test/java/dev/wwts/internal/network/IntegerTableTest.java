package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that look positions up in a table of integers, as Swin does, in all precisions. */
class IntegerTableTest {
  @TempDir private static Path folder;

  @ParameterizedTest
  @EnumSource(names = {"Float", "Half", "BFloat16"})
  void aTableOfIntegersStaysOneWhenFloatsAreCast(torch.ScalarType type) {
    LibTorch.load();
    Path file = folder.resolve(type + ".pt");
    write(file);
    try (Network network = TestModels.network(file, type, false)) {
      float[] row =
          NativeScope.inference(
              () -> {
                Tensor input = torch.ones(1, 3).to(type);
                Tensor output = network.forward(input);
                assertThat(output.scalar_type().intern()).isEqualTo(type);
                return Logits.rows(output.to(torch.ScalarType.Float).contiguous(), 1)[0];
              });

      // the weights 0, 1, 2 and the buffer 0, 10, 20 in the table's order: 2, 0, 1
      assertThat(row).containsExactly(22, 0, 11);
    }
  }

  private static void write(Path file) {
    NativeScope.inference(
        () -> {
          JitModule module = new JitModule(new QualifiedName("Table"));
          Tensor counted = torch.arange(new Scalar(3)).to(torch.ScalarType.Float);
          Tensor tens = counted.mul(new Scalar(10));
          Tensor table = torch.arange(new Scalar(3)).add(new Scalar(2)).remainder(new Scalar(3));
          module.register_parameter("weight", counted, false);
          module.register_buffer("tens", tens);
          module.register_buffer("table", table.to(torch.ScalarType.Long));
          module.define(
              "def forward(self, x):\n  return x * (self.weight + self.tens)[self.table]\n");
          module.save(file.toString());
          return file;
        });
  }
}
