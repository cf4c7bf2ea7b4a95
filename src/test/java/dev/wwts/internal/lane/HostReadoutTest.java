package dev.wwts.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Manifest.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lane on the processor reads of ranges of its network's output, side by side. */
class HostReadoutTest {
  private static final float[] OUTPUT = {1, 3, 2, -5, 0.25f, 7};

  @TempDir private Path folder;

  private Readings read(float[] output, Readout... readouts) {
    Path model = ModelFiles.constant(folder, output, "softmax");
    return LaneProbe.read(
        model, Device.CPU, List.of(readouts), false, TestPictures.jpeg(16, 16), 2);
  }

  private static float[] values(Reading reading) {
    float[] values = new float[reading.size()];
    IntStream.range(0, values.length).forEach(i -> values[i] = reading.value(i));
    return values;
  }

  @Test
  void readoutsOfOneForwardStandSideBySide() {
    Readout best = new Readout.Best(0, 3, Activation.SOFTMAX, 2);
    Readout rest = new Readout.Every(3, 3, Activation.NONE);

    Readings readings = read(OUTPUT, best, rest);

    // exp(3) and exp(2) of exp(1) + exp(3) + exp(2), in five digits
    assertThat(readings.of(best).column(0)).isEqualTo(1);
    assertThat(readings.of(best).value(0)).isCloseTo(0.66524f, within(1e-5f));
    assertThat(readings.of(best).column(1)).isEqualTo(2);
    assertThat(readings.of(best).value(1)).isCloseTo(0.24473f, within(1e-5f));
    assertThat(values(readings.of(rest))).containsExactly(-5, 0.25f, 7);
    assertThat(readings.of(rest).column(2)).isEqualTo(2);
  }

  @Test
  void aRankingsColumnsAreItsRanges() {
    Readout best = new Readout.Best(3, 3, Activation.NONE, 3);

    Reading ranked = read(OUTPUT, best).of(best);

    assertThat(IntStream.range(0, 3).map(ranked::column)).containsExactly(2, 1, 0);
    assertThat(values(ranked)).containsExactly(7, 0.25f, -5);
  }

  @Test
  void everyNumberGetsItsActivation() {
    Readout tags = new Readout.Every(0, 6, Activation.SIGMOID);

    float[] read = values(read(OUTPUT, tags).of(tags));

    for (int i = 0; i < OUTPUT.length; i++) {
      // in 32 bits
      assertThat(read[i]).isCloseTo((float) (1 / (1 + Math.exp(-OUTPUT[i]))), within(1e-6f));
    }
  }

  @Test
  void oneNumberThatIsNoneSpoilsARowButNoRankingThatItEnds() {
    float[] output = {1, 2, Float.NEGATIVE_INFINITY};
    Readout best = new Readout.Best(0, 3, Activation.NONE, 3);
    Readout every = new Readout.Every(0, 3, Activation.NONE);

    assertThat(read(output, best).of(best).value(2)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> read(output, every))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("not finite");
  }
}
