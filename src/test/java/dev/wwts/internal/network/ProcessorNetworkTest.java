package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that can't be rewritten, or not all of whose forms run. */
class ProcessorNetworkTest {
  @TempDir private static Path folder;

  private static final byte[] PICTURE = TestPictures.jpeg(16, 16);

  /** As a trace whose batch was written down. */
  @Test
  void whatRunsForOnePictureOnlyIsLoadedAndSaysSo() {
    Path file = model("one", "torch.conv2d(x.reshape([1, 3, 8, 8]), self.w).mean([2, 3])");
    try (Recognizer recognizer = Recognizer.load(file)) {
      assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("not rewritten"));
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
      List<Picture> two = Collections.nCopies(2, Picture.of(PICTURE));
      assertThatThrownBy(() -> recognizer.answers(two)).isInstanceOf(ModelException.class);
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
    }
  }

  @Test
  void whatRunsInThirtyTwoBitsOnlyFallsBackToThemAndSaysSo() {
    Path file = model("wide", "torch.linear(x.to(6).mean([2, 3]), self.w[0, :, :, 0])");
    try (Recognizer recognizer = Recognizer.builder(file).precision(Precision.BF16).load()) {
      assertThat(recognizer.model().precision()).isEqualTo(Precision.FP32);
      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.contains("Falling back from bf16"));
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
    }
  }

  @Test
  void whatNeverRunsIsRefused() {
    Path file = model("never", "x.reshape([5, 7])");
    assertThatThrownBy(() -> Recognizer.load(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the network failed");
  }

  private static Path model(String name, String expression) {
    Path bare = folder.resolve(name + ".pt");
    TestModels.convolve(bare, expression, "");
    return ModelFiles.of(folder, bare);
  }
}
