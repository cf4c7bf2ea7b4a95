package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.internal.network.Network;
import dev.wwts.internal.network.TestModels;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What moves to a device and what stays with the host, in a trace that computes with sizes
 * (src/test/resources/traced_sizes.py). The device is LibTorch's meta device, which every machine
 * has; HostCudaTest runs the same file over a card.
 */
public class RelocationTest {
  /** A trace of a convolution with padding "same", a reshape, zeros on a device and a table. */
  public static final Path TRACED = Path.of("src/test/resources/traced_sizes.pt");

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @Test
  void weightsTablesAndDevicesMoveAndNumbersBesideSizesStay() {
    List<String> constants =
        NativeScope.inference(
            () -> {
              FrozenGraph frozen = TestModels.frozen(TRACED);
              var meta = new org.bytedeco.pytorch.Device("meta");
              Passes.PROCESSOR.place(frozen, Destination.of(meta, torch.ScalarType.Half, false));
              return constants(frozen.graph());
            });

    assertThat(constants)
        .containsExactlyInAnyOrder(
            "meta Half 4", "meta Half 1", "list of meta Long 1", "device meta", "cpu Long 0");
  }

  /** Tensors by device, type and dimensions, lists of them, and devices. */
  private static List<String> constants(Graph graph) {
    Set<String> found = new TreeSet<>();
    JitNode end = graph.return_node();
    for (JitNode node = graph.nodes().front(); !node.equals(end); node = node.next()) {
      var constant = torch.toIValue(node.output());
      if (!constant.has_value()) {
        continue;
      }
      IValue value = constant.get();
      if (value.isTensor()) {
        found.add(described(value.toTensor()));
      } else if (value.isList() && value.toList().size() == 2 && value.toList().get(1).isTensor()) {
        found.add("list of " + described(value.toList().get(1).toTensor()));
      } else if (value.isDevice()) {
        found.add("device " + value.toDevice().str().getString());
      }
    }
    return List.copyOf(found);
  }

  private static String described(Tensor tensor) {
    return "%s %s %d"
        .formatted(tensor.device().str().getString(), tensor.scalar_type().intern(), tensor.dim());
  }

  @Test
  void onTheProcessorTheAnswerIsPythons() {
    for (boolean channelsLast : new boolean[] {false, true}) {
      try (Network network = TestModels.network(TRACED, torch.ScalarType.Float, channelsLast)) {
        float[] answer =
            NativeScope.inference(
                () -> {
                  Tensor logits = network.forward(torch.ones(1, 3, 8, 8));
                  return Logits.rows(logits.contiguous(), 1)[0];
                });

        // printed by traced_sizes.py
        assertThat(answer)
            .containsExactly(new float[] {18.8067f, 3.5793f, 11.1792f}, within(1e-3f));
      }
    }
  }
}
