package dev.wwts.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What Jazzer's targets begin with and what it found, once more. */
class CorpusTest {
  @Test
  void ofPictures() {
    replay(Seeds.of(PictureTarget.class), PictureTarget::fuzzerTestOneInput);
  }

  @Test
  void ofModels() {
    replay(Seeds.of(ModelTarget.class), ModelTarget::fuzzerTestOneInput);
  }

  @Test
  void ofCalls() {
    replay(Seeds.of(CallTarget.class), CallTarget::fuzzerTestOneInput);
  }

  private static void replay(List<byte[]> inputs, Consumer<byte[]> target) {
    assertThat(inputs).hasSizeGreaterThan(8);
    inputs.forEach(target);
  }
}
