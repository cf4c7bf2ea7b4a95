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
  private static final int COLUMNS = BUNDLE.manifest().columns();

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @Test
  void theSameAnswersDifferByNothingAndTheirLastBitsByLittle() {
    assertThat(difference(TrialTest::rows, TrialTest::rows)).isZero();
    // a float32 of 1 changed in its last four bits
    assertThat(difference(TrialTest::rows, x -> rows(x).mul(new Scalar(1 + 2e-6))))
        .isBetween(1e-6, 3e-6);
  }

  @Test
  void oneLogitOffIsSeenInABatchAndAlone() {
    UnaryOperator<Tensor> inBatch = x -> x.size(0) == 2 ? off(rows(x), 1) : rows(x);
    UnaryOperator<Tensor> alone = x -> x.size(0) == 1 ? off(rows(x), 0) : rows(x);
    assertThat(difference(TrialTest::rows, inBatch)).isGreaterThan(Trial.FLOAT);
    assertThat(difference(TrialTest::rows, alone)).isGreaterThan(Trial.FLOAT);
    assertThat(difference(TrialTest::rows, x -> rows(x).mul(new Scalar(Double.NaN)))).isInfinite();
  }

  /** However large the logits beside them are. */
  @Test
  void oneFeatureOffIsSeen() {
    UnaryOperator<Tensor> plain = x -> largeLogits(rows(x));
    UnaryOperator<Tensor> other =
        x -> {
          Tensor changed = largeLogits(rows(x));
          changed.select(1, CLASSES + 3).add_(new Scalar(0.01));
          return changed;
        };
    assertThat(difference(plain, other)).isGreaterThan(Trial.FLOAT);
  }

  private static Tensor largeLogits(Tensor rows) {
    Tensor changed = rows.clone();
    changed.narrow(1, 0, CLASSES).mul_(new Scalar(1e6));
    return changed;
  }

  @Test
  void anotherShapeIsAFailure() {
    assertThatThrownBy(() -> difference(TrialTest::rows, x -> rows(x).narrow(1, 0, 2)))
        .isInstanceOf(ModelException.class);
  }

  /** One whose logits move by a thousand times what its input does, and one that does not. */
  @Test
  void aTouchyNetworkMayDifferByWhatTouchesMoveAndNoMore() {
    UnaryOperator<Tensor> touchy = x -> rows(x.mul(new Scalar(1e3)).sin());
    assertThat(allowed(touchy)).isBetween(1e-3, 1e-1);
    assertThat(allowed(TrialTest::rows)).isEqualTo(Trial.FLOAT);
  }

  /** Rewriting may lose twice what the plain network itself loses in 16 bits. */
  @Test
  void sixteenBitsMayLoseWhatThePlainNetworkLosesInThem() {
    assertThat(Trial.allowed(0.1)).isEqualTo(0.2);
    assertThat(Trial.allowed(0.001)).isEqualTo(0.02);
  }

  @Test
  void aPlainNetworkThatDoesNotRunIsRefused() {
    assertThatThrownBy(() -> difference(x -> x, TrialTest::rows))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("must return 2 x " + COLUMNS + " logits and embedding");
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

  /** Logits and features many values of a picture. */
  private static Tensor rows(Tensor x) {
    return x.to(torch.ScalarType.Float).flatten(1, -1).narrow(1, 0, COLUMNS);
  }

  private static Tensor off(Tensor rows, long row) {
    Tensor changed = rows.clone();
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
