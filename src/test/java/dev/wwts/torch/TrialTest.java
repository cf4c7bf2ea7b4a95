package dev.wwts.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.bundle.Bundle;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a trial lets pass, and what not. */
class TrialTest {
  private static final Bundle BUNDLE = Bundle.describe(Path.of("models/default.pt"));
  private static final int CLASSES = BUNDLE.labels().size();

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @Test
  void theSameAnswersAndTheirLastBitsPass() {
    assertThat(fault(TrialTest::logits, TrialTest::logits)).isEmpty();
    // a float32 of 1 changed in its last four bits
    assertThat(fault(TrialTest::logits, x -> logits(x).mul(new Scalar(1 + 2e-6)))).isEmpty();
  }

  @Test
  void oneLogitOffIsSeenInABatchAndAlone() {
    UnaryOperator<Tensor> inBatch = x -> x.size(0) == 2 ? off(logits(x), 1) : logits(x);
    UnaryOperator<Tensor> alone = x -> x.size(0) == 1 ? off(logits(x), 0) : logits(x);
    assertThat(fault(TrialTest::logits, inBatch)).contains("differ by", "that rounding explains");
    assertThat(fault(TrialTest::logits, alone)).contains("differ by", "that rounding explains");
    assertThat(fault(TrialTest::logits, x -> logits(x).mul(new Scalar(Double.NaN))))
        .contains("differ by");
  }

  @Test
  void whatFailsIsSeen() {
    UnaryOperator<Tensor> fails =
        x -> {
          throw new IllegalStateException("no such operator");
        };
    assertThat(fault(TrialTest::logits, fails)).isEqualTo("it fails (no such operator)");
    assertThat(fault(TrialTest::logits, x -> logits(x).narrow(1, 0, 2))).startsWith("it fails");
  }

  /** One whose logits move by thousands of times what its input does, and one that only says so. */
  @Test
  void aTouchyNetworkMayDifferByWhatTouchesMoveAndNoMore() {
    UnaryOperator<Tensor> touchy = x -> logits(x.mul(new Scalar(1e3)).sin());
    assertThat(fault(touchy, x -> touchy.apply(x.add(new Scalar(1e-6))))).isEmpty();
    assertThat(fault(touchy, x -> touchy.apply(x.add(new Scalar(1e-3))))).contains("differ by");
    assertThat(fault(TrialTest::logits, x -> logits(x).mul(new Scalar(1.001))))
        .contains("differ by 1.0e-03 of the largest, more than the 1.0e-04");
  }

  /**
   * Rewriting may lose what the plain network itself loses in 16 bits, and not three times that.
   */
  @Test
  void sixteenBitsMayLoseWhatThePlainNetworkLosesInThem() {
    assertThat(faultInHalf(0.1, 0.15)).isEmpty();
    assertThat(faultInHalf(0.1, 0.3)).contains("differ by");
    assertThat(faultInHalf(0.001, 0.015)).isEmpty();
    assertThat(faultInHalf(0.001, 0.03)).contains("differ by");
  }

  @Test
  void aPlainNetworkThatDoesNotRunIsRefused() {
    assertThatThrownBy(() -> fault(x -> x, TrialTest::logits))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("must return 2 x " + CLASSES + " logits");
  }

  private static String fault(UnaryOperator<Tensor> plain, UnaryOperator<Tensor> rewritten) {
    return NativeScope.inference(() -> new Trial(BUNDLE, network(plain)).fault(network(rewritten)));
  }

  private static String faultInHalf(double narrow, double rewritten) {
    return NativeScope.inference(
        () -> {
          Trial trial = new Trial(BUNDLE, network(TrialTest::logits));
          double loss = trial.loss(network(x -> logits(x).mul(new Scalar(1 + narrow))));
          return trial.fault(network(x -> logits(x).mul(new Scalar(1 + rewritten))), loss);
        });
  }

  /** Classes many values of a picture, N x classes. */
  private static Tensor logits(Tensor x) {
    return x.to(torch.ScalarType.Float).flatten(1, -1).narrow(1, 0, CLASSES);
  }

  private static Tensor off(Tensor logits, long row) {
    Tensor changed = logits.clone();
    changed.select(0, row).select(0, 3).add_(new Scalar(0.01));
    return changed;
  }

  private static Network network(UnaryOperator<Tensor> forward) {
    return new Network() {
      @Override
      public Tensor forward(Tensor input) {
        return forward.apply(input);
      }

      @Override
      public boolean wantsChannelsLast() {
        return false;
      }

      @Override
      public void close() {}
    };
  }
}
