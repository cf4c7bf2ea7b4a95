package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
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
  void theSameAnswersDifferByNothingAndTheirLastBitsByLittle() {
    assertThat(difference(TrialTest::logits, TrialTest::logits)).isZero();
    // a float32 of 1 changed in its last four bits
    assertThat(difference(TrialTest::logits, x -> logits(x).mul(new Scalar(1 + 2e-6))))
        .isBetween(1e-6, 3e-6);
  }

  @Test
  void oneLogitOffIsSeenInABatchAndAlone() {
    UnaryOperator<Tensor> inBatch = x -> x.size(0) == 2 ? off(logits(x), 1) : logits(x);
    UnaryOperator<Tensor> alone = x -> x.size(0) == 1 ? off(logits(x), 0) : logits(x);
    assertThat(difference(TrialTest::logits, inBatch)).isGreaterThan(Trial.FLOAT);
    assertThat(difference(TrialTest::logits, alone)).isGreaterThan(Trial.FLOAT);
    assertThat(difference(TrialTest::logits, x -> logits(x).mul(new Scalar(Double.NaN))))
        .isInfinite();
  }

  @Test
  void anotherShapeIsAFailure() {
    assertThatThrownBy(() -> difference(TrialTest::logits, x -> logits(x).narrow(1, 0, 2)))
        .isInstanceOf(ModelException.class);
  }

  /** One whose logits move by a thousand times what its input does, and one that does not. */
  @Test
  void aTouchyNetworkMayDifferByWhatTouchesMoveAndNoMore() {
    UnaryOperator<Tensor> touchy = x -> logits(x.mul(new Scalar(1e3)).sin());
    assertThat(allowed(touchy)).isBetween(1e-3, 1e-1);
    assertThat(allowed(TrialTest::logits)).isEqualTo(Trial.FLOAT);
  }

  /** Rewriting may lose twice what the plain network itself loses in 16 bits. */
  @Test
  void sixteenBitsMayLoseWhatThePlainNetworkLosesInThem() {
    assertThat(Trial.allowed(0.1)).isEqualTo(0.2);
    assertThat(Trial.allowed(0.001)).isEqualTo(0.02);
  }

  @Test
  void aPlainNetworkThatDoesNotRunIsRefused() {
    assertThatThrownBy(() -> difference(x -> x, TrialTest::logits))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("must return 2 x " + CLASSES + " logits");
  }

  private static double difference(UnaryOperator<Tensor> plain, UnaryOperator<Tensor> rewritten) {
    return NativeScope.inference(
        () -> {
          try (Trial trial = new Trial(BUNDLE)) {
            trial.expect(network(plain));
            return trial.difference(network(rewritten), torch.ScalarType.Float);
          }
        });
  }

  private static double allowed(UnaryOperator<Tensor> plain) {
    return NativeScope.inference(
        () -> {
          try (Trial trial = new Trial(BUNDLE)) {
            trial.expect(network(plain));
            return trial.allowed(network(plain));
          }
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
