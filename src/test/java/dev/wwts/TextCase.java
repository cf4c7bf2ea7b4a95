package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.awt.Color;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;

/** Models of texts whose embeddings can be worked out by hand: the colours named, and a half. */
abstract class TextCase {
  static final Picture RED = Picture.of(TestPictures.png(9, 12, Color.RED));
  static final Picture BLUE = Picture.of(TestPictures.png(9, 12, Color.BLUE));
  static final Picture BAD = Picture.of(new byte[] {1, 2, 3});

  /** The length of a colour and a half. */
  static final float NORM = (float) Math.sqrt(1.25);

  /** A float's rounding of numbers up to 1. */
  static final double ROUNDING = 1e-6;

  @TempDir Path folder;

  static void close(float[] vector, float[] expected) {
    assertThat(vector).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) vector[i]).isCloseTo(expected[i], within(ROUNDING));
    }
  }

  static Consumer<Throwable> reason(Reason reason) {
    return error -> {
      assertThat(error).isInstanceOf(ModelException.class);
      assertThat(((ModelException) error).reason()).isEqualTo(reason);
      assertThat(error).hasMessageMatching("[^\\p{Cntrl}]{1,300}");
    };
  }
}
