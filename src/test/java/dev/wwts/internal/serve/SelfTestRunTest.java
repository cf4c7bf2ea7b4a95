package dev.wwts.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Verification;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.SelfTest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What counts as the reference's answers. */
class SelfTestRunTest {
  private static final List<byte[]> PICTURES = List.of(new byte[0], new byte[0]);

  /** Their softmax hardly tells them apart, and hardly moves with them. */
  private static final List<float[]> SMALL =
      List.of(new float[] {0.002f, 0.001f}, new float[] {0.001f, 0.002f});

  @Test
  void equalAnswersPass() {
    Verification same = compare(SMALL, OptionalDouble.empty(), Precision.FP32, Device.Kind.CPU);

    assertThat(same.passed()).isTrue();
    assertThat(same.logitDifference()).isZero();
  }

  @Test
  void smallLogitsOfAnotherNetworkFailThoughProbabilitiesHardlyDiffer() {
    List<float[]> others = List.of(new float[] {0.001f, 0.001f}, new float[] {0.001f, 0.002f});

    Verification result = compare(others, OptionalDouble.empty(), Precision.FP32, Device.Kind.CPU);

    assertThat(result.clear()).isZero();
    assertThat(result.probabilityDifference()).isLessThan(result.probabilityTolerance());
    assertThat(result.logitDifference()).isCloseTo(0.5, within(1e-6));
    assertThat(result.passed()).isFalse();
  }

  @Test
  void aFilesOwnToleranceHolds() {
    List<float[]> near = List.of(new float[] {0.002f, 0.00101f}, new float[] {0.001f, 0.002f});

    assertThat(passes(near, OptionalDouble.empty())).isFalse();
    assertThat(passes(near, OptionalDouble.of(0.004))).isFalse();
    assertThat(passes(near, OptionalDouble.of(0.006))).isTrue();
  }

  @Test
  void whatRoundsMoreMayDifferMoreButNotByAnything() {
    List<float[]> near = List.of(new float[] {0.002f, 0.00101f}, new float[] {0.001f, 0.002f});
    List<float[]> far = List.of(new float[] {0.002f, 0.0015f}, new float[] {0.001f, 0.002f});
    OptionalDouble strict = OptionalDouble.of(0.001);

    assertThat(compare(near, strict, Precision.BF16, Device.Kind.CPU).passed()).isTrue();
    assertThat(compare(near, strict, Precision.FP32, Device.Kind.CUDA).passed()).isTrue();
    assertThat(compare(far, strict, Precision.BF16, Device.Kind.CPU).passed()).isFalse();
    assertThat(compare(far, strict, Precision.FP32, Device.Kind.CUDA).passed()).isFalse();
  }

  @Test
  void whatIsNoNumberFails() {
    List<float[]> broken = List.of(new float[] {Float.NaN, 0.001f}, new float[] {0.001f, 0.002f});

    assertThat(passes(broken, OptionalDouble.of(1))).isFalse();
  }

  @Test
  void noDifferenceIsSmallBesideZeros() {
    SelfTest zeros =
        new SelfTest(
            PICTURES,
            List.of(new float[2], new float[2]),
            List.of(),
            Optional.empty(),
            "",
            OptionalDouble.of(1));

    assertThat(
            SelfTestRun.compare(
                    zeros, SMALL, List.of(), Activation.SOFTMAX, Precision.FP32, Device.Kind.CPU)
                .passed())
        .isFalse();
  }

  @Test
  void embeddingsBehindTheLogitsPointTheSameWay() {
    assertThat(cosine(new float[] {5, 0}, Precision.FP32)).isEqualTo("1.0000 passed");
    assertThat(cosine(new float[] {1, 0.004f}, Precision.FP32)).isEqualTo("1.0000 passed");
    assertThat(cosine(new float[] {1, 0.04f}, Precision.FP32)).isEqualTo("0.9992 failed");
    assertThat(cosine(new float[] {1, 0.04f}, Precision.BF16)).isEqualTo("0.9992 passed");
    assertThat(cosine(new float[] {1, 0.05f}, Precision.BF16)).isEqualTo("0.9988 failed");
    assertThat(cosine(new float[] {-1, 0}, Precision.BF16)).isEqualTo("-1.0000 failed");
    assertThat(cosine(new float[] {Float.NaN, 0}, Precision.BF16)).isEqualTo("NaN failed");
    assertThat(cosine(new float[2], Precision.BF16)).isEqualTo("NaN failed");
  }

  private static String cosine(float[] embedding, Precision precision) {
    float[] row = {SMALL.get(0)[0], SMALL.get(0)[1], embedding[0], embedding[1]};
    Verification result =
        SelfTestRun.compare(
            new SelfTest(
                PICTURES.subList(0, 1),
                SMALL.subList(0, 1),
                List.of(new float[] {1, 0}),
                Optional.empty(),
                "",
                OptionalDouble.empty()),
            List.of(row),
            List.of(),
            Activation.SOFTMAX,
            precision,
            Device.Kind.CPU);
    return String.format(
        Locale.ROOT, "%.4f %s", result.embeddingCosine(), result.passed() ? "passed" : "failed");
  }

  private static boolean passes(List<float[]> actual, OptionalDouble tolerance) {
    return compare(actual, tolerance, Precision.FP32, Device.Kind.CPU).passed();
  }

  private static Verification compare(
      List<float[]> actual, OptionalDouble tolerance, Precision precision, Device.Kind device) {
    return SelfTestRun.compare(
        new SelfTest(PICTURES, SMALL, List.of(), Optional.empty(), "", tolerance),
        actual,
        List.of(),
        Activation.SOFTMAX,
        precision,
        device);
  }
}
