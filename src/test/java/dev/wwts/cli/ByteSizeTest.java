package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them. */
class ByteSizeTest {
  private final ByteSize sizes = new ByteSize();

  @Test
  void readsDecimalAndBinaryUnits() {
    assertThat(sizes.convert("6GB")).isEqualTo(6_000_000_000L);
    assertThat(sizes.convert("1.5 gib")).isEqualTo(3L << 29);
    assertThat(sizes.convert("512MiB")).isEqualTo(512L << 20);
    assertThat(sizes.convert("4g")).isEqualTo(4_000_000_000L);
    assertThat(sizes.convert("123")).isEqualTo(123);
    assertThat(sizes.convert("7b")).isEqualTo(7);
  }

  @Test
  void readsMegapixels() {
    PixelCount counts = new PixelCount();
    assertThat(counts.convert("200MP")).isEqualTo(200_000_000L);
    assertThat(counts.convert("0.5 m")).isEqualTo(500_000L);
    assertThat(counts.convert("108000000")).isEqualTo(108_000_000L);
    for (String wrong : new String[] {"", "MP", "-1", "6 apples", "1e9", "5GB"}) {
      assertThatThrownBy(() -> counts.convert(wrong))
          .as(wrong)
          .isInstanceOf(TypeConversionException.class);
    }
  }

  @Test
  void refusesWhatIsNoSize() {
    for (String wrong : new String[] {"", "GB", "-1GB", "6 apples", "1e9"}) {
      assertThatThrownBy(() -> sizes.convert(wrong))
          .as(wrong)
          .isInstanceOf(TypeConversionException.class);
    }
  }
}
