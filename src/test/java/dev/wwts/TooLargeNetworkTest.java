package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wwts.internal.network.TestModels;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that ask for more memory than any machine has, in LibTorch: at a call, at a load. */
class TooLargeNetworkTest {
  private static final Picture RED = Picture.of(TestPictures.png(8, 8, Color.RED));
  private static final Picture BLUE = Picture.of(TestPictures.png(8, 8, Color.BLUE));

  /** More bytes than addresses. */
  private static final String HUGE = "140737488355328";

  @TempDir private static Path folder;

  @Test
  void theCallFailsAndTheNextIsAnswered() {
    Path model = model("call", "int(m[0, 0] > 0.9) * " + HUGE + " + 1");
    try (Recognizer recognizer = Recognizer.builder(model).lanes(1).topK(1).load()) {
      for (int i = 0; i < 3; i++) {
        assertTooLarge(catchThrowable(() -> recognizer.answer(RED)));
        assertThat(recognizer.answer(BLUE).best().label()).isEqualTo("蓝");
        assertThatThrownBy(() -> recognizer.answers(List.of(RED, BLUE)))
            .isInstanceOf(OutOfDeviceMemoryException.class);
        assertThat(recognizer.answers(List.of(BLUE, BLUE))).hasSize(2);
      }
      assertThat(recognizer.stats().failed()).isEqualTo(6);
    }
  }

  @Test
  void theLoadFailsAndAModelThatIsThereStays() {
    // once when LibTorch computes what is constant, once in the first forward
    List<Path> models = List.of(model("constant", HUGE), model("warm", "x.size(0) * " + HUGE));
    try (ModelSlot slot = ModelSlot.open(ModelFiles.tiny(folder))) {
      for (Path model : models) {
        assertTooLarge(catchThrowable(() -> Recognizer.load(model)));
        assertTooLarge(catchThrowable(() -> slot.swap(model)));
        assertThat(slot.answer(RED).best().label()).isEqualTo("红");
      }
      assertThat(slot.version().generation()).isEqualTo(1);
    }
  }

  private static void assertTooLarge(Throwable error) {
    assertThat(error)
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("memory is too small")
        .hasMessageMatching("[^\\p{Cntrl}]{20,300}");
  }

  /** A network that takes an array of that length. */
  private static Path model(String name, String length) {
    Path bare = folder.resolve(name + ".pt");
    TestModels.define(
        bare,
        """
        def forward(self, x):
          m = torch.mean(x, [2, 3])
          large = torch.zeros([%s])
          return m * 10 + large[0]
        """
            .formatted(length));
    return ModelFiles.of(folder, bare);
  }
}
