package dev.wwts.convert.tflite;

import static dev.wwts.convert.tflite.TfliteFiles.INT8;
import static dev.wwts.convert.tflite.TfliteFiles.UINT8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.convert.tflite.TfliteFiles.Scales;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes become what they stand for, and what they cut off becomes an activation. */
class TfliteQuantizationTest {
  private static final Offset<Float> EXACT = Offset.offset(1e-6f);

  /** A 1 x 1 convolution of one pixel (1, 2, 3), two results. */
  private static float[] run(
      int type, Scales kernel, byte[] codes, Scales bias, int[] added, Scales result) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(type, Scales.of(0.01f, 0), 1, 1, 1, 3);
    int output = file.tensor(type, result, 1, 1, 1, 2);
    file.operator(
        3,
        TfliteFiles.convolution(true, 1, 1, 0),
        output,
        input,
        file.constant(type, kernel, codes, 2, 1, 1, 3),
        file.integers(added, bias, 2));
    TfliteNetwork network = TfliteReader.read(file.bytes(input, output), "codes.tflite");
    return new Evaluation(network).run(new float[] {1, 2, 3});
  }

  @Test
  void bytesHaveOneScaleATensor() {
    byte[] codes = {(byte) 130, (byte) 128, (byte) 127, 0, (byte) 255, (byte) 128};
    float[] logits =
        run(
            UINT8,
            Scales.of(0.5f, 128),
            codes,
            Scales.of(0.25f, 0),
            new int[] {8, -4},
            Scales.of(1, 128));
    // 2, 0, -1 halves and -128, 127, 0 halves; 8 and -4 quarters
    assertThat(logits).containsExactly(new float[] {1 - 1.5f + 2, -64 + 127 - 1}, EXACT);
  }

  @Test
  void signedBytesHaveOneScaleAChannel() {
    Scales kernel = new Scales(new float[] {0.5f, 0.125f}, new long[] {0, 0}, 0);
    Scales bias = new Scales(new float[] {0.25f, 2}, new long[] {0, 0}, 0);
    float[] logits =
        run(
            INT8,
            kernel,
            new byte[] {2, 0, -1, -128, 127, 0},
            bias,
            new int[] {8, -4},
            Scales.of(1, 0));
    assertThat(logits).containsExactly(new float[] {1 - 1.5f + 2, -16 + 31.75f - 8}, EXACT);
  }

  /** Results of 10 and -10: what the codes of the result cut off. */
  @ParameterizedTest
  @CsvSource({
    "3, 0.02352848, 0, 6, 0",
    "9, 0.0235294, -128, 6, 0",
    "3, 0.02351103, 0, 6, 0",
    "3, 0.5, 0, 10, 0",
    "3, 0.02352848, 1, 10, -10",
    "9, 0.0235294, 0, 10, -10"
  })
  void resultsThatBeginAtZeroAreActivated(
      int type, float scale, long zero, float first, float second) {
    float[] logits =
        run(
            type,
            Scales.of(1, 0),
            new byte[6],
            Scales.of(1, 0),
            new int[] {10, -10},
            Scales.of(scale, zero));
    assertThat(logits).containsExactly(new float[] {first, second}, EXACT);
  }

  @Test
  void scalesAreTold() {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(INT8, Scales.of(0.01f, -28), 1, 1, 1, 3);
    int output = file.tensor(INT8, Scales.of(0.5f, 3), 1, 2);
    int kernel = file.constant(INT8, Scales.of(1, 0), new byte[6], 2, 3);
    file.operator(9, TfliteFiles.fullyConnected(), output, input, kernel, -1);
    TfliteNetwork network = TfliteReader.read(file.bytes(input, output), "codes.tflite");
    assertThat(network.quantizedLayers())
        .containsExactly(
            Map.entry(
                "weight_0",
                new TfliteNetwork.QuantizedLayer(
                    new TfliteNetwork.Codes(0.01f, 100), new TfliteNetwork.Codes(0.5f, 131))));
  }
}
